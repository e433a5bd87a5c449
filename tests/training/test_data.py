"""Batches: all of the corpus, once an epoch, decided by the seed and the epoch alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from runs import SMALL, make_names, named, write_names

from charrnn_tui.text import PAD, TextError
from charrnn_tui.training.plan.prepare import read_texts
from charrnn_tui.training.run.data import WARM_UP, LinesData, StreamData, load_data


@pytest.fixture
def lines(tmp_path: Path) -> LinesData:
    recipe = named(SMALL, "words", write_names(tmp_path))
    data = load_data(read_texts(recipe), recipe)
    assert isinstance(data, LinesData)
    return data


def stream(tmp_path: Path, text: str, **changes: object) -> StreamData:
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    recipe = replace(named(SMALL, "text", path), kind="stream", window=16, batch_size=4, **changes)
    data = load_data(read_texts(recipe), recipe)
    assert isinstance(data, StreamData)
    return data


def test_an_epoch_holds_each_training_item_once_and_little_padding(lines: LinesData) -> None:
    batches = list(lines.epoch(0))
    assert len(batches) == lines.steps_per_epoch
    rows = Counter(lines.vocabulary.decode(row.tolist()) for batch in batches for row in batch.ids)
    assert sum(rows.values()) == lines.training_size
    assert set(rows) <= set(make_names())
    padding = sum(int((b.ids == PAD).sum()) for b in batches) / sum(b.ids.numel() for b in batches)
    assert padding < 0.06


def test_epochs_differ_and_can_be_made_again_from_any_batch(lines: LinesData) -> None:
    first, again, second = list(lines.epoch(0)), list(lines.epoch(0, 3)), list(lines.epoch(1))
    assert all(torch.equal(a.ids, b.ids) for a, b in zip(first[3:], again, strict=True))
    assert any(a.ids.shape != b.ids.shape or not torch.equal(a.ids, b.ids) for a, b in zip(first, second, strict=True))


def test_validation_items_are_no_training_items(lines: LinesData) -> None:
    def items(parts):
        return {lines.vocabulary.decode(row.tolist()) for part in parts for window in part.windows for row in window}

    training = {lines.vocabulary.decode(row.tolist()) for batch in lines.epoch(0) for row in batch.ids}
    assert items(lines.validation()).isdisjoint(training)
    assert items(lines.training_sample()) <= training
    shares = [items(lines.validation(i, 3)) for i in range(3)]
    assert set.union(*shares) == items(lines.validation())


def test_a_stream_is_read_on_without_a_gap(tmp_path: Path) -> None:
    text = "".join(f"{n} " for n in range(900))
    data = stream(tmp_path, text)
    held_out = data.vocabulary.decode(data._validation.tolist())
    before, _, after = text.partition(held_out)
    # The block in the middle is left out, and the text on both sides of it is learnt from.
    assert len(held_out) == len(text) // 10
    assert abs(len(before) - len(after)) <= 1
    for epoch in (0, 1):
        streams = [""] * 4
        widths = set()
        for batch in data.epoch(epoch):
            assert batch.keep is not None
            for number, row in enumerate(batch.ids):
                streams[number] += data.vocabulary.decode(row[:-1].tolist())
            widths.add(batch.ids.shape[1] - 1)
        assert all(piece in before + after for piece in streams)
        assert len(widths) > 3
        # All of the training part but the random offset is read once.
        assert sum(map(len, streams)) > data.training_size - 4 * (16 + 2)
    first, again = list(data.epoch(0)), list(data.epoch(0, 5))
    assert all(torch.equal(a.ids, b.ids) and torch.equal(a.keep, b.keep) for a, b in zip(first[5:], again, strict=True))


def test_the_first_window_of_an_epoch_starts_from_nothing(tmp_path: Path) -> None:
    data = stream(tmp_path, "abc def " * 500)
    assert next(iter(data.epoch(0))).keep.sum() == 0


def test_each_held_out_character_is_counted_once(tmp_path: Path) -> None:
    from charrnn_tui.training.run.evaluation import evaluate
    from charrnn_tui.training.update.network import architecture_of, make_network

    data = stream(tmp_path, "".join(f"{n} " for n in range(20000)))
    network = make_network(architecture_of(SMALL, data.vocabulary), SMALL)
    parts = data.validation()
    _, count = evaluate(network, parts, torch.device("cpu"))
    streams = sum(part.windows[0].shape[0] for part in parts)
    assert data.validation_size - streams <= count < data.validation_size
    assert streams > 1
    # Warmed-up streams agree with one stream that reads the whole text.
    whole = torch.from_numpy(data._validation.astype("int64"))[None]
    with torch.inference_mode():
        log_probs, _ = network.eval()(whole[:, :-1])
    exact = -float(log_probs[0].gather(1, whole[0, 1:, None]).sum()) / (data.validation_size - 1)
    total, count = evaluate(network, parts, torch.device("cpu"))
    assert total / count == pytest.approx(exact, abs=2e-3)
    assert WARM_UP > 100


def test_a_text_too_short_for_a_stream_is_said(tmp_path: Path) -> None:
    with pytest.raises(TextError, match="too few"):
        stream(tmp_path, "abc" * 10)
