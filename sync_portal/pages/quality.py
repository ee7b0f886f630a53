"""The state of the article base: what to mend in Sage, by topic, as a page and as a workbook."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from connectors.models import Client
from mapping.models import Product, QualityFinding, SourceRecord
from mapping.quality import TOPICS, Topic
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.asking import ask_and_watch
from sync_portal.pages.catalogue_tabs import catalogue_tabs
from sync_portal.pages.filters import FindingFilter
from sync_portal.pages.finding_words import detail_of
from sync_portal.pages.paging import page_of
from sync_portal.pages.quality_workbook import workbook
from sync_portal.sync.history import unfinished
from sync_portal.sync.jobs import request_run
from sync_portal.sync.models import Run, RunState, Trigger

FLOW = "quality"
ROWS_PER_PAGE = 50
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic with how many articles it is about."""

    name: str
    weight: str
    title: str
    remedy: str
    count: int
    percent: int
    """Of the articles looked at, rounded up: one is never shown as none."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    finding: QualityFinding
    detail: str
    product_id: int | None


@client_page()
@require_safe
def index(request: HttpRequest, access: Access) -> HttpResponse:
    """How sound the base is, and what to do first."""
    everything = request.GET.get("all") == "1"
    findings = _findings(access.client, everything=everything)
    total = _articles(access.client, everything=everything)
    touched = findings.values("article").distinct().count()
    return render_page(
        request,
        access,
        "quality/index.html",
        "products",
        catalogue_tabs=catalogue_tabs(access.client),
        lines=topic_lines(findings, total),
        everything=everything,
        total=total,
        sound=max(total - touched, 0),
        sound_percent=(max(total - touched, 0) * 100 // total) if total else 0,
        **_last_check(access.client),
    )


@client_page()
@require_safe
def topic(request: HttpRequest, access: Access, topic_name: str) -> HttpResponse:
    """The articles of one topic; an unknown topic has none."""
    known = TOPICS.get(topic_name)
    everything = request.GET.get("all") == "1"
    findings = _findings(access.client, everything=everything).filter(topic=topic_name)
    families = list(findings.order_by("family").values_list("family", flat=True).distinct())
    chosen = FindingFilter(request.GET, queryset=findings, families=families)
    page = page_of(request, chosen.qs, ROWS_PER_PAGE)
    return render_page(
        request,
        access,
        "quality/topic.html",
        "products",
        catalogue_tabs=catalogue_tabs(access.client),
        line=_line(topic_name, known, findings.count(), 0) if known else None,
        filter=chosen,
        page=page,
        rows=_rows(access.client, page),
        everything=everything,
    )


@client_page()
@require_safe
def download(request: HttpRequest, access: Access) -> HttpResponse:
    """All findings as a workbook: a summary, then one line per finding."""
    findings = _findings(access.client, everything=request.GET.get("all") == "1")
    total = _articles(access.client, everything=request.GET.get("all") == "1")
    response = HttpResponse(workbook(access.client, topic_lines(findings, total), findings), content_type=SPREADSHEET)
    response["Content-Disposition"] = f'attachment; filename="{access.client.slug}-articles.xlsx"'
    return response


@client_page()
@require_POST
def check_again(request: HttpRequest, access: Access) -> HttpResponse:
    """Ask for a look at Sage's articles: it writes nowhere, so sales staff may."""
    return ask_and_watch(
        request, access, FLOW, lambda: request_run(access.client, FLOW, trigger=Trigger.PERSON, user=access.user)
    )


def topic_lines(findings: QuerySet[QualityFinding], total: int) -> list[TopicLine]:
    """Every topic that was met, those that block first, then by how many articles they are about."""
    counts: dict[str, int] = dict(findings.order_by().values_list("topic").annotate(amount=Count("pk")))
    order = ["blocks", "warns", "advice"]
    lines = [_line(name, TOPICS[name], count, total) for name, count in counts.items() if name in TOPICS]
    return sorted(lines, key=lambda line: (order.index(line.weight), -line.count, line.name))


def _line(name: str, told: Topic, count: int, total: int) -> TopicLine:
    french = (get_language() or "fr").startswith("fr")
    title, remedy = (told.french, told.french_remedy) if french else (told.english, told.english_remedy)
    return TopicLine(name, told.weight, title, remedy, count, -(-count * 100 // total) if total else 0)


def _findings(client: Client, *, everything: bool) -> QuerySet[QualityFinding]:
    findings = QualityFinding.objects.filter(client=client)
    return findings if everything else findings.filter(~Q(facts__has_key="out"))


def _articles(client: Client, *, everything: bool) -> int:
    """The articles that were looked at: of the whole base, or of the shop."""
    articles = SourceRecord.objects.filter(client=client, stream="articles", deleted_at=None)
    articles = articles.exclude(data__kind__in=[2, 3])
    if everything:
        return articles.count()
    out = Product.objects.filter(client=client, readiness="out", grouped_in="").count()
    known = Product.objects.filter(client=client).exists()
    return max(articles.count() - out, 0) if known else articles.filter(data__published=True).count()


def _last_check(client: Client) -> dict[str, Run | None]:
    runs = Run.objects.filter(client=client, flow=FLOW)
    return {
        "last_check": runs.filter(state=RunState.SUCCEEDED).order_by("-pk").first(),
        "under_way": runs.filter(unfinished()).order_by("-pk").first(),
    }


def _rows(client: Client, page: Page[QualityFinding]) -> list[FindingRow]:
    found = list(page)
    ids = dict(Product.objects.filter(client=client, key__in=[one.article for one in found]).values_list("key", "pk"))
    return [FindingRow(one, detail_of(one.topic, one.facts), ids.get(one.article)) for one in found]
