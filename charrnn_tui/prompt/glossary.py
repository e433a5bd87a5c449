"""The words of the field that the program uses, each in one or two plain sentences, with units. No screen here."""

from __future__ import annotations

from typing import NamedTuple


class Term(NamedTuple):
    """A word and what it means; `also` are other words for it."""

    name: str
    meaning: str
    also: tuple[str, ...] = ()


_TERMS = (
    Term(
        "nats",
        "The unit of loss here: minus the natural logarithm of the probability that the network gave to the character"
        " that came. 0 nats: it was sure; 0.69: it gave it one half; 1 nat is 1.44 bits.",
        ("nat", "loss"),
    ),
    Term(
        "bits",
        "The same as nats with the logarithm to base 2: 1 bit is one question answered by yes or no. 1 bit is 0.69 "
        "nats.",
        ("bit", "bits per character"),
    ),
    Term(
        "perplexity",
        "e to the loss in nats (2 to the loss in bits): the network is as unsure as if it chose among so many equally"
        " probable characters. It has no unit; 1 is perfect.",
    ),
    Term("training loss", "The mean loss, in nats a character, on what the network learns from.", ("train loss",)),
    Term(
        "validation",
        "Measuring on a held-out part while training goes on. The validation loss, in nats a character, tells how "
        "good the network is at what it has not learnt from.",
        ("validation loss",),
    ),
    Term(
        "gap",
        "The validation loss less the training loss, in nats a character. A gap that grows means that the network "
        "learns its texts by heart.",
    ),
    Term(
        "held out",
        "A part of the corpus that the network never learns from. It is kept to measure on.",
        ("held-out", "split"),
    ),
    Term(
        "overfitting",
        "Learning by heart: the training loss goes on falling and the validation loss rises. The network repeats what"
        " it read in place of making up what is like it.",
        ("learning by heart", "by heart"),
    ),
    Term(
        "temperature",
        "Logits are divided by it before softmax. 1 draws as the network expects; below it the probable becomes more "
        "probable (0: always the most probable character), above it all become more alike. It has no unit.",
        ("t",),
    ),
    Term(
        "top-k",
        "A filter: only the k most probable characters can be drawn, and their probabilities are scaled to sum to 1.",
        ("top_k", "topk"),
    ),
    Term(
        "top-p",
        "A filter: only the smallest set of the most probable characters can be drawn whose probabilities reach p "
        "together. It is narrow where the network is sure and wide where it is not.",
        ("top_p", "nucleus"),
    ),
    Term(
        "min-p",
        "A filter: a character can be drawn only if it is at least p times as probable as the most probable one.",
        ("min_p",),
    ),
    Term(
        "seed",
        "A whole number that random numbers begin from. The same model, start, settings and seed: the same text.",
    ),
    Term(
        "style",
        "A label (a culture, a genre) that the network has learnt with each item, and then writes in; several can be "
        "mixed.",
    ),
    Term("step", "One change of the weights, from one batch of items; or, while text is written, one character read."),
    Term(
        "epoch",
        "One pass over all that is learnt from. An epoch has as many steps as there are batches.",
        ("epochs",),
    ),
    Term(
        "batch",
        "The items of which one step learns at once. Short ones are padded to the longest, and the padding is masked.",
    ),
    Term(
        "learning rate",
        "How far the weights go in one step. Too large: the loss jumps; too small: it hardly falls. Usually 0.0001 to"
        " 0.01.",
        ("rate",),
    ),
    Term("gradient", "For each weight, how fast the loss would change with it. Training goes against it."),
    Term(
        "gradient norm",
        "The length of the gradient over all weights (the root of the sum of squares). A jump is a batch that "
        "surprised the network.",
        ("norm",),
    ),
    Term(
        "clipping",
        "Where the norm of the gradient is above a limit, the gradient is scaled down to it, so that one batch cannot"
        " throw the weights far away.",
        ("clip", "gradient clipping"),
    ),
    Term(
        "hidden state",
        "The vector that a network keeps from one character to the next: its memory of what it has read. Its numbers "
        "are between -1 and 1.",
        ("hidden", "state", "hidden vector"),
    ),
    Term(
        "cell state",
        "The second memory of an LSTM. It changes only by its gates, so that it can carry something over many steps.",
    ),
    Term(
        "gate",
        "A vector of numbers from 0 (closed) to 1 (open), computed at each step, by which something is multiplied: "
        "what is let in, kept or put out. An LSTM has input, forget and output gates, a GRU reset and update gates.",
        ("gates",),
    ),
    Term(
        "saturation",
        "The share of hidden activations that are near -1 or 1, where tanh is flat and hardly any gradient goes "
        "through.",
        ("saturated",),
    ),
    Term(
        "logits",
        "The numbers that the last layer gives, one for each character, before softmax. They may be any numbers; only"
        " their differences count.",
        ("logit",),
    ),
    Term("softmax", "Makes probabilities of logits: e to each, divided by the sum of all, so that they sum to 1."),
    Term(
        "surprise",
        "Minus the logarithm of the probability of what came, in nats or bits: 0 where it was sure to come. Its mean "
        "over a text is the loss.",
        ("surprisal",),
    ),
    Term(
        "entropy",
        "The surprise that is to be expected at a place, in nats or bits: 0 where one character is certain, the "
        "logarithm of their number where all are equally probable.",
    ),
    Term(
        "uniform",
        "To compare with: every character of the vocabulary is equally probable. Its loss is the logarithm of their "
        "number; a network that has learnt nothing begins near it.",
    ),
    Term("unigram", "To compare with: how often each character comes, whatever stands before it."),
    Term("bigram", "To compare with: how often each character comes after the one before it."),
    Term(
        "n-gram",
        "A model that counts which character follows the n - 1 before it. A 5-gram looks back over 4 characters; what"
        " a network is better by, it has from further back or from likeness.",
        ("ngram", "5-gram"),
    ),
)
TERMS: dict[str, Term] = {term.name: term for term in sorted(_TERMS, key=lambda term: term.name)}
"""By name, in the order of the alphabet."""
_NAMED = {also: term for term in TERMS.values() for also in term.also} | TERMS


def find(typed: str) -> Term | None:
    """A term by its name or another word for it, in whichever case and with however many blanks it is typed."""
    return _NAMED.get(" ".join(typed.casefold().split()))


def matching(typed: str) -> list[Term]:
    """The terms in which each typed word stands; those that are called so come first, all of them for nothing typed."""
    words = typed.casefold().split()
    found = [term for term in TERMS.values() if all(word in _all(term) for word in words)]
    return sorted(found, key=lambda term: not all(word in _names(term) for word in words))


def _names(term: Term) -> str:
    return " ".join((term.name, *term.also)).casefold()


def _all(term: Term) -> str:
    return f"{_names(term)} {term.meaning.casefold()}"
