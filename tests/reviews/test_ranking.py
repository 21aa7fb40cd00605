"""Levels of films on simulated panels, whose truth is known; and the same equations, solved the long way."""

import numpy as np
import pytest

from reviews.ranking import Panel, PanelModel, Prior, alpha, moments, nodes_of, ranking, student
from tests.reviews.panels import simulated

pytestmark = pytest.mark.unit


def panel(votes, sections=None) -> Panel:
    """Of (film, reviewer, score) in the order of their giving."""
    film, reviewer, score = (np.array(column) for column in zip(*votes, strict=True))
    section = np.array(sections) if sections else np.zeros(film.max() + 1, dtype=np.int64)
    return Panel(section, film, reviewer, score.astype(float), np.arange(len(votes), dtype=float))


def the_long_way(model: PanelModel, shares, prior: Prior):
    """One large covariance of all votes, inverted; nothing is folded away."""
    votes, films, size = model.panel.score.size, model.films, model.reviewers
    of_film = np.eye(films)[model.panel.film]
    of_person = np.eye(size)[model.panel.reviewer]
    drifting = of_person * model.moment[:, None]
    common = model.moment[:, None] / np.sqrt(prior.common_drift)
    fixed = np.eye(model.sections)[model.section]
    parts = [(of_film, shares[0]), (of_person, shares[1]), (drifting, shares[2]), (common, 1.0)]
    whole = np.eye(votes) + sum(share * one @ one.T for one, share in parts)
    inverse = np.linalg.inv(whole)
    around = np.linalg.inv(fixed.T @ inverse @ fixed)
    base = around @ fixed.T @ inverse @ model.score
    left = inverse @ (model.score - fixed @ base)
    return {
        "base": base,
        "films": shares[0] * of_film.T @ left,
        "severity": shares[1] * of_person.T @ left,
        "rest": model.score @ left,
        "likelihood": -0.5 * (
            np.linalg.slogdet(whole)[1] + np.linalg.slogdet(fixed.T @ inverse @ fixed)[1]
            + model.freedom * np.log(model.score @ left + prior.weight * prior.chance**2)
        ),
    }  # fmt: skip


@pytest.mark.parametrize("sections", [1, 3])
def test_what_is_folded_away_gives_what_the_long_way_gives(sections) -> None:
    one, _ = simulated(7, films=12, reviewers=5, each=3, sections=sections)
    prior = Prior()
    model = PanelModel(one, prior)
    shares = np.array([[0.7, 0.4, 0.1], [0.1, 2.0, 0.02]])

    solved, heights = model.solve(shares), []
    for at, row in enumerate(shares):
        long = the_long_way(model, row, prior)
        answer = solved.answer[at]
        films = solved.folded[at] * (model.sums - model.by_film @ answer)
        assert answer[:sections] == pytest.approx(long["base"], abs=1e-9)
        assert answer[sections + 1 : sections + 6] == pytest.approx(long["severity"], abs=1e-9)
        assert films == pytest.approx(long["films"], abs=1e-9)
        assert solved.rest[at] == pytest.approx(long["rest"], abs=1e-9)
        off = (np.log(row) - np.log(prior.shares)) / prior.width
        heights.append(long["likelihood"] - 0.5 * (off**2).sum())
    found = model.likelihood(np.log(shares))

    assert found[0] - found[1] == pytest.approx(heights[0] - heights[1], abs=1e-8)


def test_the_shares_that_it_takes_are_where_the_belief_is_highest() -> None:
    one, _ = simulated(3, films=60, reviewers=10, each=5)
    model = PanelModel(one, Prior())
    shares, weight = nodes_of(model)
    top = model.likelihood(np.log(shares[13:14]))[0]

    around = np.random.default_rng(1).normal(0, 0.7, (200, 3)) + np.log(shares[13])

    assert model.likelihood(around).max() <= top + 0.02
    assert weight.sum() == pytest.approx(1)


def test_levels_tell_more_of_the_truth_than_means_and_intervals_hold_what_they_promise() -> None:
    found, plain, held = [], [], []
    for seed in range(200):
        one, truth = simulated(seed)
        levels = ranking(one).levels
        found.append(np.corrcoef(levels.level, truth)[0, 1])
        plain.append(np.corrcoef(levels.mean, truth)[0, 1])
        held.append((np.abs(levels.level - truth) <= levels.half).mean())
    print(f"\ncorrelation {np.mean(found):.4f} over the mean's {np.mean(plain):.4f}, coverage {np.mean(held):.4f}")  # noqa: T201

    assert np.mean(found) - np.mean(plain) > 0.015
    assert 0.90 <= np.mean(held) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("kind", [
    {"films": 12, "reviewers": 4, "each": 3},
    {"films": 200, "reviewers": 20, "each": 4},
    {"films": 40, "reviewers": 12, "each": 5, "sections": 3, "rounded": True},
    {"severity": 0.02}, {"severity": 0.25}, {"worth": 0.04}, {"chance": 0.25},
])
def test_panels_of_other_kinds_are_held_as_well(kind) -> None:
    held, gain = [], []
    for seed in range(200):
        one, truth = simulated(1000 + seed, **kind)
        levels = ranking(one).levels
        held.append((np.abs(levels.level - truth) <= levels.half).mean())
        gain.append(np.corrcoef(levels.level, truth)[0, 1] - np.corrcoef(levels.mean, truth)[0, 1])
    print(f"\n{kind}: coverage {np.mean(held):.4f}, gain {np.mean(gain):.4f}")  # noqa: T201

    assert 0.90 <= np.mean(held) <= 0.975
    assert np.mean(gain) > -0.002


def test_a_film_that_met_the_severe_ones_comes_before_one_that_met_the_mild() -> None:
    severe, mild = (0, 1), (2, 3)
    votes = [(film, who, 0.3 if who in severe else 0.7) for film in range(2, 12) for who in range(4)]
    votes += [(0, who, 0.5) for who in severe] + [(1, who, 0.6) for who in mild]
    levels = ranking(panel(votes)).levels

    assert levels.mean[0] < levels.mean[1]
    assert levels.level[0] > levels.level[1]
    assert (levels.severe[0], levels.lenient[1]) == (2, 2)
    assert levels.place[0] < levels.place[1]


def test_the_order_of_the_rows_and_the_names_of_the_reviewers_change_nothing() -> None:
    one, _ = simulated(11)
    shuffle = np.random.default_rng(4).permutation(one.film.size)
    names = np.random.default_rng(5).permutation(8)
    other = Panel(one.section, one.film[shuffle], names[one.reviewer[shuffle]], one.score[shuffle], one.given[shuffle])
    here, there = ranking(one).levels, ranking(other).levels

    assert here.level == pytest.approx(there.level, abs=1e-6)
    assert here.half == pytest.approx(there.half, abs=1e-6)
    assert here.place.tolist() == there.place.tolist()


def test_one_vote_is_not_believed_to_the_letter() -> None:
    votes = [(film, who, 0.4 + 0.02 * ((film + who) % 3)) for film in range(1, 9) for who in range(4)]
    levels = ranking(panel([*votes, (0, 0, 1.0)])).levels

    assert levels.place[0] == 1
    assert levels.level[0] < levels.mean[0] == 1.0
    assert levels.half[0] > 1.3 * levels.half[1]


def sane(levels, votes) -> bool:
    heard = levels.votes > 0
    return bool(
        np.isfinite(levels.level[heard]).all() and (levels.half[heard] > 0).all()
        and (levels.half[heard] < 1).all() and np.isnan(levels.level[~heard]).all()
        and levels.votes.sum() == votes and (levels.place[heard] >= levels.best[heard]).all()
        and (levels.place[heard] <= levels.worst[heard]).all()
    )  # fmt: skip


@pytest.mark.parametrize("votes", [
    [(0, 0, 0.8)],
    [(0, who, 0.5) for who in range(4)],
    [(film, 0, film / 5) for film in range(6)],
    [(film, who, 0.75) for film in range(5) for who in range(3)],
    [(film, film, 0.2 + 0.1 * film) for film in range(6)],
    [(film, who + 3 * (film % 2), 0.5 + 0.04 * film) for film in range(6) for who in range(3)],
    [(4, 0, 0.3), (2, 1, 0.9)],
    [(film, who, float((film + who) % 2)) for film in range(4) for who in range(4)],
])
def test_a_panel_that_says_little_still_gets_sane_answers(votes) -> None:
    assert sane(ranking(panel(votes)).levels, len(votes))


def test_nobody_voted() -> None:
    empty = np.zeros(0, dtype=np.int64)
    found = ranking(Panel(np.zeros(3, dtype=np.int64), empty, empty, np.zeros(0), np.zeros(0)))

    assert found.levels.votes.tolist() == [0, 0, 0]
    assert np.isnan(found.levels.level).all()
    assert found.agreement == [None]


def test_panels_that_share_nobody_are_told_apart() -> None:
    votes = [(film, who, 0.5) for film in range(5) for who in range(3)]
    votes += [(film, 3, 0.6) for film in range(5, 7)]

    assert ranking(panel(votes)).levels.island.tolist() == [False] * 5 + [True] * 2
    assert not ranking(panel([*votes, (6, 0, 0.6)])).levels.island.any()


def test_an_only_reviewer_orders_the_films_as_they_did() -> None:
    levels = ranking(panel([(film, 0, score) for film, score in enumerate([0.2, 0.9, 0.5])])).levels

    assert levels.place.tolist() == [3, 1, 2]
    assert levels.worst[1] > 1


def test_equal_votes_share_the_first_place() -> None:
    levels = ranking(panel([(film, who, 0.75) for film in range(5) for who in range(3)])).levels

    assert levels.place.tolist() == [1] * 5
    assert levels.level == pytest.approx([0.75] * 5)


def test_sections_are_ranked_each_for_itself() -> None:
    votes = [(film, who, 0.1 * film) for film in range(6) for who in range(3)]
    levels = ranking(panel(votes, [0, 1, 0, 1, 0, 1])).levels

    assert levels.place.tolist() == [3, 3, 2, 2, 1, 1]


def test_first_and_last_of_a_pile() -> None:
    one = Panel(np.zeros(3, dtype=np.int64), np.array([0, 1, 2, 0]), np.array([0, 0, 0, 1]), np.zeros(4), np.array([9., 5., 7., 1.]))

    assert moments(one).tolist() == [1, -1, 0, 0]


def test_agreement_is_one_where_all_agree_and_nought_where_votes_are_dealt_out() -> None:
    agreed = panel([(film, who, film / 5) for film in range(6) for who in range(3)])
    luck = np.random.default_rng(2)
    dealt = panel([(film, who, luck.random()) for film in range(400) for who in range(4)])
    every = np.ones(18, dtype=bool)

    assert alpha(agreed, every) == pytest.approx(1)
    assert abs(alpha(dealt, np.ones(1600, dtype=bool))) < 0.05
    assert alpha(panel([(0, 0, 0.5), (1, 1, 0.6)]), np.ones(2, dtype=bool)) is None
    assert alpha(panel([(0, 0, 0.5), (0, 1, 0.5)]), np.ones(2, dtype=bool)) is None


def test_krippendorffs_own_example() -> None:
    """Of his paper of 2011 ("Computing Krippendorff's Alpha-Reliability"), example C, interval: 0.849."""
    table = [
        "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .",
    ]  # fmt: skip
    votes = [
        (film, who, float(score))
        for who, row in enumerate(table) for film, score in enumerate(row.split()) if score != "."
    ]  # fmt: skip

    assert alpha(panel(votes), np.ones(len(votes), dtype=bool)) == pytest.approx(0.849, abs=5e-4)


@pytest.mark.parametrize(("freedom", "limit"), [(2, 4.3027), (3, 3.1824), (5, 2.5706), (30, 2.0423), (1e6, 1.96)])
def test_students_limit(freedom, limit) -> None:
    assert student(freedom) == pytest.approx(limit, rel=0.01)
