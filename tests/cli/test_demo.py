"""The demo makes its own folder, and removes nothing but its own."""

from __future__ import annotations

from evidence import cli
from evidence.cli import demo


def test_a_folder_of_somebody_else_is_left_alone(tmp_path, capsys):
    """Whatever is in a folder that no demo made stays there, with --replace too."""
    (tmp_path / "thesis.txt").write_text("mine")
    for more in ([], ["--replace"]):
        assert cli.call(["demo", str(tmp_path), *more]) == 2
    assert (tmp_path / "thesis.txt").read_text() == "mine"
    assert "holds no earlier demo" in capsys.readouterr().err


def test_an_earlier_demo_is_replaced_only_when_asked(tmp_path, capsys, monkeypatch):
    """A second demo in the same folder needs --replace, and then begins from nothing."""
    import evidence.cli.run
    import evidence.simulate

    seen = []
    monkeypatch.setattr(evidence.simulate, "simulate", lambda folder, **_: seen.append(sorted(p.name for p in folder.iterdir())))
    monkeypatch.setattr(evidence.cli.run, "execute", lambda *_a, **_k: None)
    monkeypatch.setattr(evidence.cli.run, "show", lambda *_a: None)
    folder = tmp_path / "demo"
    assert cli.call(["demo", str(folder)]) == 0
    (folder / "packages").mkdir()
    assert cli.call(["demo", str(folder)]) == 2
    assert "add --replace" in capsys.readouterr().err
    assert cli.call(["demo", str(folder), "--replace"]) == 0
    assert seen == [[demo.MARK], [demo.MARK]]
