"""Pieces of SVG as text: no library, no script, nothing fetched."""

from html import escape


def element(tag: str, *inside: str, **attributes: object) -> str:
    """`<tag …>inside</tag>`. Attribute `stroke_width` is written `stroke-width`, `class_` `class`.

    What is inside is markup already; use `words` for text.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_shown(value))}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{written}>{''.join(inside)}</{tag}>"


def words(text: str, x: float, y: float, **attributes: object) -> str:
    return element("text", escape(text), x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def hint(text: str) -> str:
    """What a browser shows when the pointer rests on the element around it."""
    return element("title", escape(text))


def picture(title: str, width: int, height: int, *inside: str) -> str:
    """A whole image with its name for those who hear it."""
    return element(
        "svg",
        *inside,
        role="img",
        aria_label=title,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
    )


def _shown(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
