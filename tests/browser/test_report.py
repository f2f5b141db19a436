"""`archsum report` as its readers meet it: by pointer and by keyboard, in light and in dark, printed, scriptless."""

import re
from functools import cache
from typing import Any

import pytest

import archsum
from tests.browser.conftest import Open
from tests.support.paths import EXAMPLES

pytestmark = pytest.mark.browser

RESNET = EXAMPLES / "resnet50.yaml"
RESNET_152 = {"depths": [3, 8, 36, 3]}
BUDGET = {"max_params": "50M", "max_macs": "20G", "device": "t4"}


@cache
def page(name: str) -> str:
    if name == "resnet152":
        return archsum.report(RESNET, variables=RESNET_152, budget=BUDGET, titles=["resnet152"]).html
    if name == "pair":
        return archsum.report(RESNET, archsum.load(RESNET, variables={"depths": [3, 4, 23, 3]}), budget=BUDGET).html
    if name == "difference":
        return archsum.diff(RESNET, EXAMPLES / "resnet18.yaml").to_html()
    networks = {
        "unknown": "input: [null, null, 3]\nlayers: [conv2d: {filters: 4, kernel_size: 3}, flatten]\n"
        "budget: {max_params: 1k, max_macs: 1M}",
        "weightless": "input: [3]\nlayers: [flatten]",
        "one": "input: [3]\nlayers: [dense: 2]",
    }
    return archsum.report(networks.get(name) or EXAMPLES / f"{name}.yaml").html


def texts(where: Any) -> list[str]:
    return [" ".join(text.split()) for text in where.all_inner_texts()]


def names_seen(opened: Any) -> list[str]:
    """Return the names in the rows of the table that are seen."""
    rows = opened.locator(".layers tbody tr:visible th")
    return [text.lstrip("▾▸ ") for text in texts(rows)]


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1600, "dark")])
@pytest.mark.parametrize("name", ["resnet152", "pair", "difference", "unknown", "weightless", "one", "unet"])
def test_no_page_complains_or_is_wider_than_the_screen(name: str, width: int, scheme: str, open_page: Open) -> None:
    opened = open_page(page(name), color_scheme=scheme, viewport={"width": width, "height": 900})
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    assert opened.locator("h1").count() == opened.locator("main").count() == 1


BROKEN_WORDS = """
() => [...document.querySelectorAll("section:has(> #totals) tbody th")].filter((cell) => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  const lines = new Set([...text.getClientRects()].map((line) => line.top));
  return lines.size > cell.textContent.trim().split(/\\s+/).length;
}).map((cell) => cell.textContent)
"""


@pytest.mark.parametrize("name", ["pair", "difference"])
@pytest.mark.parametrize("width", [320, 500])
def test_words_stay_whole_in_the_totals(name: str, width: int, open_page: Open) -> None:
    opened = open_page(page(name), viewport={"width": width, "height": 900})
    assert opened.locator("section:has(> #totals) tbody th").count() > 3
    assert opened.evaluate(BROKEN_WORDS) == []
    narrowest = opened.evaluate(
        "Math.min(...[...document.querySelectorAll('.changes tbody th')].map(c => c.clientWidth))"
    )
    assert narrowest >= 160


CONTRAST = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  let [count, least, worst] = [0, Infinity, ""];
  const note = (one, found) => {
    count += 1;
    if (found < least) [least, worst] = [found, one.outerHTML.slice(0, 200)];
  };
  for (const text of document.querySelectorAll(".tile > text")) {
    note(text, contrast(light(getComputedStyle(text).fill), light(getComputedStyle(text.previousSibling).fill)));
  }
  const texts = "h1, h2, h3, p, td, th, dt, dd, small, button, label, i, b, strong, li";
  for (const one of document.querySelectorAll(texts)) {
    let around = one;
    while (around && getComputedStyle(around).backgroundColor === "rgba(0, 0, 0, 0)") around = around.parentElement;
    const paper = getComputedStyle(around ?? document.body).backgroundColor;
    if (!one.textContent.trim() || !one.checkVisibility()) continue;
    note(one, contrast(light(getComputedStyle(one).color), light(paper)));
  }
  return [count, least, worst];
}
"""


@pytest.mark.parametrize("name", ["yolov8n", "pair"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(name: str, scheme: str, open_page: Open) -> None:
    # WCAG 2.2, 1.4.3: text of normal size has at least 4.5.
    opened = open_page(page(name), color_scheme=scheme)
    count, least, worst = opened.evaluate(CONTRAST)
    assert count > 200
    assert least >= 4.5, worst
    is_dark = opened.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert is_dark == (scheme == "dark")


def test_blocks_fold(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    folded = names_seen(opened)
    assert folded[:5] == ["input InputLayer", "conv_bn", "relu", "max_pooling2d", "stage"]
    opened.locator(".layers tr", has_text="stage_1").first.locator(".fold").click()
    assert names_seen(opened) == [*folded[:6], "bottleneck", *(f"bottleneck_{n}" for n in range(1, 8)), *folded[6:]]
    opened.get_by_role("button", name="Unfold all").click()
    assert len(names_seen(opened)) == 1 + 514 + 209  # the input, the layers, the blocks
    opened.get_by_role("button", name="Fold all", exact=True).click()
    assert names_seen(opened) == folded


def test_filter(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    folded = names_seen(opened)
    search = opened.get_by_label("Filter")
    search.fill("MAX_pool")
    assert names_seen(opened) == ["max_pooling2d"]
    search.fill("conv2d")
    assert opened.locator(".layers [role=status]").inner_text() == "155 layers found"
    assert set(names_seen(opened)) >= {"conv_bn", "conv2d", "stage", "bottleneck"}
    assert "relu" not in names_seen(opened)
    search.press("Escape")
    assert names_seen(opened) == folded


def test_sorting(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    summary = archsum.summarize(RESNET, variables=RESNET_152)
    folded = names_seen(opened)
    opened.get_by_role("button", name="Unfold all").click()
    head = opened.locator(".layers thead th", has_text="Param #")
    for order, sign in (("descending", -1), ("ascending", 1)):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == order
        opened.get_by_role("button", name="Fold all", exact=True).click()
        found = [name.split()[0] for name in names_seen(opened)]
        assert [int(opened.locator(f".layers tbody tr:visible >> nth={n} >> td >> nth=1").inner_text().replace(",", ""))
                for n in range(len(found))] == sorted(
            (0 if name == "input" else summary[name].params or 0 for name in found), key=lambda size: sign * size
        )  # fmt: skip
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert names_seen(opened) == folded
    opened.locator(".layers thead th", has_text="Kept").get_by_role("button").click()
    assert names_seen(opened)[:3] == ["stage_2", "stage_1", "stage"]  # 2.64 GiB, 1.27 GiB, 1,004.51 MiB


def test_a_number_says_how_it_comes_about(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    derivation = opened.locator("[popover]:popover-open")
    opened.locator(".totals button", has_text="60,344,232").click()
    assert "= 60,344,232" in derivation.inner_text()
    opened.keyboard.press("Escape")
    assert derivation.count() == 0
    opened.locator(".layers tr", has_text="dense").locator("td >> nth=1").click()
    assert derivation.locator("h3").inner_text().split() == ["dense", "Dense"]
    assert texts(derivation.locator("dt.asked, dt.asked + dd")) == [
        "parameters",
        "2,048,000 + 1,000 = 2,049,000",
    ]
    derivation.get_by_role("button", name="Close").click()
    assert derivation.count() == 0
    opened.locator(".totals button", has_text="GiB").click()
    assert "kept for backward" in derivation.inner_text()


def test_equal_layers_have_one_derivation_with_the_name_that_was_asked_for(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    opened.get_by_role("button", name="Unfold all").click()
    opened.locator(".layers tr.l2", has_text="relu_1").nth(5).locator("th button").click()
    shown = opened.locator("[popover]:popover-open")
    assert shown.locator("h3").inner_text().split()[0] == "stage_1/bottleneck_2/relu_1"
    assert "more alike" in shown.inner_text()


def test_keys_in_the_table(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    focused = opened.locator("tr:focus")
    opened.locator(".layers thead button").last.focus()
    opened.keyboard.press("Tab")
    assert "input" in focused.inner_text()
    for key, name in (("ArrowDown", "conv_bn"), ("ArrowRight", "conv_bn"), ("ArrowRight", "conv2d")):
        opened.keyboard.press(key)
        assert name in focused.inner_text()
    assert opened.locator("tr[aria-expanded=true]").count() == 1
    opened.keyboard.press("Enter")
    assert opened.locator("[popover]:popover-open h3").inner_text().split()[0] == "conv_bn/conv2d"
    opened.keyboard.press("Escape")
    assert "conv2d" in focused.inner_text()
    opened.keyboard.press("ArrowLeft")
    opened.keyboard.press("ArrowLeft")
    assert focused.get_attribute("aria-expanded") == "false"
    opened.keyboard.press("End")
    assert "dense" in focused.inner_text()


def test_treemaps(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    shown, choice = opened.locator(".map:visible figcaption"), opened.locator(".choice")
    for button, total in (("Parameters", "60,344,232"), ("MACs", "11,513,626,624"), ("Kept memory", "5.29 GiB")):
        choice.get_by_role("button", name=button).click()
        assert total in shown.inner_text()
        assert opened.locator("[aria-pressed=true]").inner_text() == button


def test_keys_in_a_treemap(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    opened.get_by_role("button", name="Kept memory").focus()
    opened.keyboard.press("Tab")
    focused = opened.locator(".tile:focus")
    assert focused.get_attribute("aria-label").startswith("stage_2: 40,726,528 parameters, 67.5 %")
    opened.keyboard.press("ArrowRight")
    assert focused.get_attribute("aria-label").startswith("stage_2/bottleneck")
    opened.keyboard.press("Enter")
    assert opened.locator("[popover]:popover-open").count() == 1
    opened.keyboard.press("Escape")
    opened.keyboard.press("ArrowLeft")
    assert focused.get_attribute("aria-label").startswith("stage_2: ")


def test_what_is_alive_under_the_pointer(open_page: Open) -> None:
    opened = open_page(page("unet"))
    memory = archsum.costs(EXAMPLES / "unet.yaml").training
    assert memory
    picture = opened.locator(".timeline > svg")
    layers = len(memory.forward)
    columns = int(picture.get_attribute("aria-valuemax")) + 1
    box = picture.bounding_box()
    for number in (0, 9, layers - 1):
        picture.hover(position={"x": (number + 0.5) * box["width"] / columns, "y": 100})
        turn = memory.forward[number]
        said = " ".join(opened.locator(".alive").inner_text().split())
        assert f"{gibibytes(turn.bytes)} in the forward pass of {turn.layer.name} " in said
        assert f"kept for the backward pass: {gibibytes(turn.kept)}" in said
    first, _ = max(memory.kept_by_layer, key=lambda kept: kept[1])
    assert f"kept most by {first.name} " in said


def gibibytes(size: int) -> str:
    unit, name = next(pair for pair in ((2**30, "GiB"), (2**20, "MiB")) if size >= pair[0])
    return f"{size / unit:,.2f} {name}"


def test_keys_in_the_timeline(open_page: Open) -> None:
    opened = open_page(page("unet"))
    picture, said = opened.locator(".timeline > svg"), opened.locator(".alive p").first
    peak = said.inner_text()
    picture.focus()
    assert said.inner_text() == peak.removeprefix("peak ")
    opened.keyboard.press("Home")
    assert said.inner_text().endswith("in the forward pass of left_1/conv2d")
    opened.keyboard.press("ArrowRight")
    assert said.inner_text().endswith("in the forward pass of left_1/conv2d_1")
    assert picture.get_attribute("aria-valuetext") == said.inner_text()
    opened.keyboard.press("End")
    assert said.inner_text().endswith("in the optimizer's step")


def test_without_script(open_page: Open) -> None:
    opened = open_page(page("resnet152"), java_script_enabled=False)
    assert opened.locator(".layers tbody tr:visible").count() == 1 + 514 + 209
    assert opened.locator(".map:visible").count() == 3
    assert opened.locator(".choice:visible, .tools:visible").count() == 0
    opened.locator(".layers button", has_text="dense").click()
    assert "2,048,000 + 1,000 = 2,049,000" in opened.locator("[popover]:popover-open").inner_text()


def test_before_and_after(open_page: Open) -> None:
    opened = open_page(page("pair"))
    assert texts(opened.locator("h1, header p").first) == ["resnet50 → resnet50"]
    rows = texts(opened.locator("section[aria-labelledby=totals] tbody tr"))
    assert "parameters 25,610,152 44,654,504 +19,044,352 +74.4 %" in rows
    opened.get_by_role("cell", name="44,654,504").get_by_role("button").click()
    assert "26,163,200 + 14,987,264 + 2,049,000 = 44,654,504" in opened.locator("[popover]:popover-open").inner_text()
    assert texts(opened.locator(".bar b")) == ["before", "after"] * 3
    assert opened.locator(".map:visible, .diagram, .timeline").count() == 6
    assert any("17 × bottleneck (6 → 23)" in row for row in texts(opened.locator(".changes tbody tr")))


def test_printing(open_page: Open) -> None:
    opened = open_page(page("resnet152"))
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.locator(".choice:visible, .tools:visible, footer:visible").count() == 0
    printed = opened.pdf(format="A4", print_background=False)
    assert printed.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 8


HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'`${alert(1)}{{ 7 * 7 }}",
    "\033[31mred\nb",
    "\u202e--><!--&lt;]]>",
)


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_names_stay_text(name: str, open_page: Open) -> None:
    from tests.render.diff.test_formats import hostile

    shown = "".join(sign if sign.isprintable() else "�" for sign in name)
    named = name.replace("/", "")  # no name in a network has one
    before, after = hostile(named, 8), hostile(named, 9)
    report = archsum.report(before, after, titles=(name, name))
    inside = shown.replace("/", "")
    opened = open_page(report.html)
    assert opened.title() == f"{shown} → {shown}"
    assert opened.locator("h1").inner_text() == f"{shown} → {shown}"
    assert opened.locator("img, [onmouseover], script:not(:last-of-type):not([type])").count() == 0
    opened.get_by_role("button", name="Unfold all").last.click()
    assert f"{inside}!" in " ".join(names_seen(opened))
    assert f"{inside}!" in "".join(opened.locator(".tile title").all_text_contents())
    opened.locator(".timeline > svg").last.focus()
    opened.keyboard.press("Home")
    assert f"in the forward pass of {inside}!/{inside}" in opened.locator(".alive").last.inner_text()
    assert "\033" not in report.html
    assert "\u202e" not in report.html


def test_a_notebook_shows_it(open_page: Open) -> None:
    shown = archsum.report(EXAMPLES / "lenet5.yaml")._repr_html_()
    opened = open_page(f"<!doctype html><title>notebook</title>{shown}")
    inside = opened.frame_locator("iframe")
    assert inside.locator("h1").inner_text() == "lenet5"
    inside.locator(".choice").get_by_role("button", name="MACs").click()
    assert inside.locator("[aria-pressed=true]").inner_text() == "MACs"
