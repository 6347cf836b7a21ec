"""Fills a site with thousands of small exercises, for measuring: never a site that anybody reads.

DATA_DIR="$(mktemp -d)" python -m tests.bench.many 10000
"""

import itertools
import os
import sys

import msgspec


def fill(count: int) -> None:
    """Make the exercises many-00000 and so on, live, in rows, documents and index rows, beside what is there.

    Each is like one that was published in the usual way: two of the site's muscles in turn, an axis with
    three options. A bulk insert of 10,000 takes seconds.
    """
    from django.db import transaction
    from django.utils import timezone

    from exercises import document as documents
    from exercises import indexing, site_version
    from exercises.emphasis import best_stances
    from exercises.freezing import freeze_exercise, surroundings
    from exercises.models import (
        BestStance,
        Exercise,
        Involvement,
        Muscle,
        Publication,
        SearchEntry,
        Section,
        StanceAxis,
        StanceEffect,
        StanceOption,
    )
    from exercises.models.publication import digest_of

    around = surroundings()
    muscles = {muscle.slug: muscle for muscle in Muscle.objects.filter(slug__in=around.muscles)}
    pairs = list(itertools.pairwise([*sorted(muscles), min(muscles)]))
    now = timezone.now()
    frozen = {}
    for pair in pairs:
        document = freeze_exercise(_small(*pair), around)
        frozen[pair] = document, list(best_stances(document))

    rows = {
        model: [] for model in (Publication, BestStance, Section, Involvement, StanceAxis, StanceOption)
    } | {StanceEffect: [], SearchEntry: []}
    exercises = [
        Exercise(slug=f"many-{number:05}", name=f"press {number:05}", answer="It works the thigh.", order=500)
        for number in range(count)
    ]
    with transaction.atomic():
        Exercise.objects.bulk_create(exercises)
        for exercise, pair in zip(exercises, itertools.cycle(pairs), strict=False):
            document, best = frozen[pair]
            document = msgspec.structs.replace(document, slug=exercise.slug, name=exercise.name, order=500)
            text = documents.to_json(document)
            publication = Publication(
                exercise=exercise,
                kind="exercise",
                number=1,
                document=text,
                digest=digest_of(text),
                note="First.",
                published_at=now,
                live_from=now,
                slug=exercise.slug,
                **indexing.list_fields(document),
            )
            rows[Publication].append(publication)
            rows[SearchEntry].append(indexing.search_entry(publication, document))
            ranks = dict.fromkeys(pair, 0)
            for stance in best:
                ranks[stance.muscle] += 1
                rows[BestStance].append(
                    BestStance(
                        publication=publication,
                        muscle=muscles[stance.muscle],
                        rank=ranks[stance.muscle],
                        query=stance.stance.query,
                        words=stance.stance.words,
                        baseline=next(i.baseline for i in document.involvements if i.muscle == stance.muscle),
                        emphasis=stance.emphasis,
                    )
                )
            for order, section in enumerate(document.sections):
                rows[Section].append(
                    Section(exercise=exercise, heading=section.heading, body=section.body, order=order)
                )
            for order, i in enumerate(document.involvements):
                rows[Involvement].append(
                    Involvement(
                        exercise=exercise,
                        muscle=muscles[i.muscle],
                        role=i.role,
                        baseline=i.baseline,
                        floor=i.floor,
                        order=order,
                    )
                )
            for axis in document.axes:
                axis_row = StanceAxis(exercise=exercise, slug=axis.slug, name=axis.name)
                rows[StanceAxis].append(axis_row)
                for order, option in enumerate(axis.options):
                    option_row = StanceOption(
                        axis=axis_row,
                        slug=option.slug,
                        name=option.name,
                        is_neutral=option.is_neutral,
                        order=order,
                    )
                    rows[StanceOption].append(option_row)
                    rows[StanceEffect] += [
                        StanceEffect(
                            option=option_row, muscle=muscles[e.muscle], step=e.step, reason=e.reason
                        )
                        for e in option.effects
                    ]
        for model, made in rows.items():
            model.objects.bulk_create(made, batch_size=1000)
        site_version.note_change()


def _small(target: str, helper: str):
    from tests.make import make_effect, make_exercise_value, make_option

    document = make_exercise_value()
    target_line, helper_line = document.involvements
    options = (
        make_option("low", make_effect(target, 1)),
        make_option("middle", is_neutral=True),
        make_option("high", make_effect(target, -2), make_effect(helper, 1)),
    )
    return msgspec.structs.replace(
        document,
        involvements=(
            msgspec.structs.replace(target_line, muscle=target),
            msgspec.structs.replace(helper_line, muscle=helper),
        ),
        axes=(msgspec.structs.replace(document.axes[0], options=options),),
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_config.settings")
    import django

    django.setup()
    fill(int(sys.argv[1]))
