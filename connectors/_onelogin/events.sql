-- What a number of an event's type means to the relations; NULL: nothing. Two words: what it was, and how it ended.
CREATE MACRO onelogin_sign(id) AS CASE
    WHEN id IN ('5', '68', '122', '130', '140', '153') THEN 'authn success'         -- OneLogin, RADIUS, API, LDAP, social, desktop
    WHEN id IN ('6', '69', '123', '129', '141', '154', '86') THEN 'authn failure'
    WHEN id = '3' THEN 'authn unknown'                                               -- assumed by somebody else
    WHEN id = '528' THEN 'factor success' WHEN id = '527' THEN 'factor failure'
    WHEN id IN ('8', '78') THEN 'token_issue success' WHEN id IN ('77', '85') THEN 'token_issue failure'
    WHEN id IN ('7', '29') THEN 'session_end success' WHEN id = '516' THEN 'revoke success' END;
-- Changes of an account's state, and of who has a role.
CREATE MACRO onelogin_change(id) AS CASE
    WHEN id IN ('13', '533') THEN 'created' WHEN id IN ('17', '530') THEN 'deleted' WHEN id IN ('12', '16', '32') THEN 'enabled'
    WHEN id IN ('15', '19', '21', '531') THEN 'disabled' WHEN id = '516' THEN 'sessions_revoked' END;
CREATE MACRO onelogin_role(id) AS CASE
    WHEN id IN ('4', '147', '149', '513') THEN 'add' WHEN id IN ('148', '150', '514') THEN 'remove' END;
-- Deeds of administrators: action and object, with an exclamation mark where it failed.
CREATE MACRO onelogin_deed(id) AS CASE
    WHEN id = '1' THEN 'create role_app' WHEN id = '2' THEN 'delete role_app' WHEN id = '3' THEN 'other user_assumed'
    WHEN id IN ('4', '147', '149', '513') THEN 'create role_member' WHEN id IN ('148', '150', '514') THEN 'delete role_member'
    WHEN id = '520' THEN 'create role_member !' WHEN id = '521' THEN 'delete role_member !'
    WHEN id IN ('13', '115', '533') THEN 'create user' WHEN id IN ('17', '530') THEN 'delete user'
    WHEN id IN ('14', '110', '512', '529') THEN 'update user' WHEN id IN ('12', '16', '32') THEN 'enable user'
    WHEN id IN ('15', '19', '21', '531') THEN 'disable user' WHEN id = '516' THEN 'revoke user_session'
    WHEN id IN ('11', '211', '510', '511') THEN 'update password' WHEN id = '240' THEN 'read password'
    WHEN id IN ('517', '518') THEN 'update password !' WHEN id IN ('111', '519', '532') THEN 'update user !'
    WHEN id IN ('116', '525', '534') THEN 'create user !' WHEN id = '524' THEN 'delete user !'
    WHEN id = '526' THEN 'disable user !' WHEN id = '523' THEN 'revoke user_session !'
    WHEN id IN ('70', '72') THEN 'create privilege' WHEN id IN ('71', '73') THEN 'revoke privilege'
    WHEN id = '74' THEN 'create trusted_idp' WHEN id = '75' THEN 'delete trusted_idp' WHEN id IN ('76', '112', '119') THEN 'update trusted_idp'
    WHEN id = '151' THEN 'create role_manager' WHEN id = '152' THEN 'revoke role_manager'
    WHEN id = '156' THEN 'create policy' WHEN id = '157' THEN 'update policy' WHEN id = '158' THEN 'delete policy'
    WHEN id = '161' THEN 'create radius' WHEN id = '162' THEN 'update radius' WHEN id = '163' THEN 'delete radius'
    WHEN id = '164' THEN 'enable vpn' WHEN id = '165' THEN 'update vpn' WHEN id = '166' THEN 'disable vpn'
    WHEN id = '170' THEN 'create factor' WHEN id IN ('171', '173') THEN 'update factor' WHEN id IN ('24', '172') THEN 'delete factor'
    WHEN id IN ('174') THEN 'update desktop_sso' WHEN id = '175' THEN 'enable desktop_sso' WHEN id = '176' THEN 'disable desktop_sso'
    WHEN id = '177' THEN 'create certificate' WHEN id = '178' THEN 'delete certificate'
    WHEN id = '179' THEN 'create api_credential' WHEN id = '180' THEN 'delete api_credential'
    WHEN id = '181' THEN 'enable api_credential' WHEN id = '182' THEN 'disable api_credential'
    WHEN id = '183' THEN 'enable ldap' WHEN id = '184' THEN 'disable ldap' WHEN id = '185' THEN 'update ldap'
    WHEN id = '189' THEN 'create mapping' WHEN id = '190' THEN 'delete mapping' WHEN id = '191' THEN 'disable mapping'
    WHEN id = '192' THEN 'enable mapping' WHEN id IN ('193', '202') THEN 'update mapping' WHEN id IN ('196', '197') THEN 'update account_settings'
    WHEN id = '198' THEN 'create directory' WHEN id = '199' THEN 'delete directory' WHEN id IN ('200', '126') THEN 'enable directory_connector'
    WHEN id IN ('201', '127') THEN 'disable directory_connector' END;
-- What people do to their own account is no administrator's deed; a role that somebody gives himself is one.
CREATE MACRO onelogin_own(s) AS COALESCE(s.actor_user_id = s.user_id, false) AND s.event_type_id IN ('11', '12', '13', '14', '16', '19', '24');
