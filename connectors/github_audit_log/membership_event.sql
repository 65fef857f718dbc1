-- One row per user who came into or left an organisation, a team or the seats of Copilot of an owner. Groups are named
-- by kind and name, because old exports have no ids; members by their number where it is there, else by login.
WITH event AS (
    SELECT r.record_no, r.s, r.issuer, github_user(r.s) AS login, github_user_id(r.s) AS id,
           COALESCE(github_org(r.s), '-') AS owner, github_team(r.s) AS team,
           CASE WHEN r.s.action LIKE 'copilot.%' THEN 'copilot_seats' ELSE split_part(r.s.action, '.', 1) END AS kind,
           regexp_matches(r.s.action, 'add_member|created|reused|assigned') AND r.s.action NOT LIKE '%unassigned' AS added
    FROM record AS r
    WHERE regexp_matches(r.s.action, '^(team|org|business)\.(add|remove)_member$|^copilot\.(cfb_)?seat_assign|^copilot\.access_revoked$')
      AND r.s.action NOT LIKE '%refreshed'
)
SELECT e.record_no,
       nz(e.s._document_id) AS native_id,
       github_at(e.s) AS event_time,
       github_said_at(e.s) AS event_time_raw,
       COALESCE(e.issuer, 'github.com') AS issuer,
       norm_id(e.kind || '/' || CASE WHEN e.kind <> 'team' THEN e.owner WHEN contains(e.team, '/') THEN e.team
               ELSE concat_ws('/', e.owner, e.team) END) AS group_id,
       CASE e.kind WHEN 'team' THEN e.team WHEN 'copilot_seats' THEN 'Copilot seats of ' || e.owner ELSE e.owner END AS group_name,
       'person' AS member_kind,
       COALESCE(e.id, norm_id(e.login)) AS member_id,
       norm_id(e.login) AS member_name,
       CASE WHEN e.added THEN 'add' ELSE 'remove' END AS operation,
       COALESCE(nz(e.s.actor), nz(e.s.actor_id)) AS actor_id,
       CASE WHEN github_at(e.s) IS NULL THEN 'bad_timestamp' END AS reject
FROM event AS e
WHERE e.login IS NOT NULL OR e.id IS NOT NULL
