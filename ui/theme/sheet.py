"""The style sheet, made from the tokens: flat fills and 1 px lines. Free of Qt: it is only text.

Widgets choose their look by dynamic properties: buttons ``kind`` = primary, plain, small, chip, link,
tab, icon; labels ``role``; section heads ``kind`` = section; ``panel`` = bg0, bg1, bg2 for grounds.
"""

from pathlib import Path

from ui.theme.tokens import SIZES, TYPE, Tokens

_FOLDER = (Path(__file__).resolve().parents[2] / "resources" / "icons").as_posix()

_ROLES = (
    ("title", "title", "t1"),
    ("strong", "strong", "t1"),
    ("body", "body", "t1"),
    ("second", "second", "t2"),
    ("third", "second", "t3"),
    ("head", "second", "t3"),
    ("kpi", "kpi", "t1"),
    ("clock", "clock", "t1"),
)


def _blend(over: str, under: str, share: float) -> str:
    pairs = ((int(over[i : i + 2], 16), int(under[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def disabled_text(tokens: Tokens) -> str:
    """Return third text at 60 % on a panel: the colour of what cannot be used now."""
    return _blend(tokens.t3, tokens.bg1, 0.6)


def _grounds(t: Tokens) -> str:
    panels = "".join(
        f'*[panel="{name}"] {{ background: {t.colour(name)}; }}\n' for name in ("bg0", "bg1", "bg2")
    )
    return f"""
* {{ outline: none; }}
QMainWindow, QDialog {{ background: {t.bg1}; }}
{panels}
*[kind="section"] {{ background: {t.bg2}; border: 0 solid {t.line}; border-top-width: 1px;
  border-bottom-width: 1px; min-height: {SIZES.section - 2}px; max-height: {SIZES.section - 2}px; }}
QFrame[kind="pill"] {{ background: {t.bg3}; border-radius: {SIZES.radius_chip}px; }}
QFrame[kind="popover"], QDialog[kind="gate"] {{ background: {t.bg1}; border: 1px solid {t.line2}; }}
QFrame[kind="rule"] {{ background: {t.line}; border: none; }}
QFrame[kind="rule2"] {{ background: {t.line2}; border: none; }}
QToolTip {{ background: {t.bg3}; color: {t.t1}; border: 1px solid {t.line2}; padding: 4px 8px; }}
QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:hover {{ background: {t.acc}; }}
"""


def _labels(t: Tokens) -> str:
    text = ""
    for name, kind, token in _ROLES:
        look = TYPE[kind]
        weight = 700 if look.bold else 400
        text += (
            f'QLabel[role="{name}"] {{ font-size: {look.px}px; font-weight: {weight};'
            f" color: {t.colour(token)}; }}\n"
        )
    for token in ("acc", "crit", "high", "mid", "low", "ok", "off", "t1", "t2", "t3"):
        text += f'QLabel[ink="{token}"] {{ color: {t.colour(token)}; }}\n'
    return text + f"QLabel:disabled {{ color: {disabled_text(t)}; }}\n"


def _buttons(t: Tokens) -> str:
    off = disabled_text(t)
    s = SIZES
    plain = 'QPushButton[kind="plain"], QPushButton[kind="small"]'
    return f"""
QPushButton {{ background: {t.bg2}; border: 1px solid {t.ctl}; border-radius: {s.radius_button}px;
  padding: 0 11px; min-height: {s.button - 2}px; font-size: 13px; }}
QPushButton:hover {{ background: {t.bg3}; }}
QPushButton:pressed {{ background: {t.sel}; }}
QPushButton:disabled {{ color: {off}; border-color: {t.line2}; }}
{plain} {{ color: {t.t1}; }}
QPushButton[kind="small"] {{ min-height: {s.small - 2}px; }}
QPushButton[kind="primary"] {{ background: {t.accbg}; border-color: {t.accbg}; color: {t.onacc};
  font-weight: 700; }}
QPushButton[kind="primary"]:disabled {{ background: {t.bg2}; border-color: {t.line2}; color: {off}; }}
QPushButton[kind="chip"] {{ background: transparent; border-color: {t.line2}; color: {t.t2};
  border-radius: {s.radius_chip}px; padding: 0 7px; min-height: {s.chip - 2}px; max-height: {s.chip - 2}px;
  font-size: 12px; }}
QPushButton[kind="chip"]:hover {{ background: {t.bg3}; }}
QPushButton[kind="chip"]:checked {{ background: {t.sel}; border-color: {t.acc}; color: {t.t1}; }}
QPushButton[kind="chip"]:disabled {{ color: {off}; }}
QPushButton[kind="link"] {{ background: transparent; border: none; color: {t.acc}; padding: 0;
  min-height: 20px; font-size: 12px; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:disabled {{ color: {off}; }}
QPushButton[kind="tab"] {{ background: transparent; border: none; border-radius: 0; padding: 0;
  border-top: 2px solid transparent; border-bottom: 2px solid transparent; color: {t.t2};
  min-height: {s.tabs - 4}px; max-height: {s.tabs - 4}px; }}
QPushButton[kind="tab"]:hover {{ color: {t.t1}; }}
QPushButton[kind="tab"]:checked {{ color: {t.t1}; font-weight: 700; border-bottom-color: {t.acc}; }}
QPushButton[kind="tab"]:disabled {{ color: {off}; }}
QPushButton[kind="icon"], QToolButton {{ background: transparent; border: none;
  border-radius: {s.radius_button}px; padding: 4px; min-height: 20px; }}
QPushButton[kind="icon"]:hover, QToolButton:hover {{ background: {t.bg3}; }}
QPushButton[kind="icon"]:checked, QToolButton:checked {{ background: {t.sel}; }}
QPushButton[kind="search"] {{ background: {t.bg1}; text-align: left; }}
QPushButton[kind="search"]:hover {{ background: {t.bg2}; }}
"""


def _inputs(t: Tokens) -> str:
    inputs = "QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox"
    focus = ", ".join(f"{name}:focus" for name in inputs.split(", "))
    shut = ", ".join(f"{name}:disabled" for name in inputs.split(", "))
    return f"""
{inputs} {{ background: {t.bg1}; border: 1px solid {t.ctl}; border-radius: {SIZES.radius_button}px;
  selection-background-color: {t.accbg}; selection-color: {t.onacc}; font-size: 13px; }}
QLineEdit, QAbstractSpinBox, QComboBox {{ padding: 0 11px; min-height: {SIZES.button - 2}px; }}
QLineEdit[kind="chip"] {{ padding: 0 7px; min-height: {SIZES.chip - 2}px; max-height: {SIZES.chip - 2}px;
  font-size: 12px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: 20px; }}
QAbstractSpinBox::up-arrow {{ image: url("{_FOLDER}/sheet-up.svg"); width: 12px; height: 12px; }}
QAbstractSpinBox::down-arrow, QComboBox::down-arrow {{ image: url("{_FOLDER}/sheet-down.svg");
  width: 12px; height: 12px; }}
QAbstractSpinBox {{ qproperty-alignment: "AlignRight | AlignVCenter"; }}
QTextEdit, QPlainTextEdit {{ padding: 6px 8px; }}
{focus} {{ border-color: {t.acc}; }}
{shut} {{ color: {disabled_text(t)}; border-color: {t.line2}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox QAbstractItemView {{ background: {t.bg1}; border: 1px solid {t.line2};
  selection-background-color: {t.sel}; selection-color: {t.t1}; }}
QCheckBox, QRadioButton {{ spacing: 8px; background: transparent; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px; background: {t.bg1};
  border: 1px solid {t.ctl}; border-radius: {SIZES.radius_chip}px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:checked {{ background: {t.accbg}; border-color: {t.accbg};
  image: url("{_FOLDER}/sheet-tick.svg"); }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {t.acc}; }}
QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border-color: {t.acc}; }}
QMenu {{ background: {t.bg1}; border: 1px solid {t.line2}; padding: 4px 0; }}
QMenu::item {{ padding: 6px 24px 6px 12px; }}
QMenu::item:selected {{ background: {t.sel}; }}
QMenu::item:disabled {{ color: {disabled_text(t)}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 0; }}
"""


def _views(t: Tokens) -> str:
    return f"""
QAbstractScrollArea {{ border: none; background: {t.bg1}; }}
QAbstractItemView {{ background: {t.bg1}; border: none; gridline-color: {t.line};
  alternate-background-color: {t.bg1}; selection-background-color: {t.sel}; selection-color: {t.t1}; }}
QHeaderView {{ background: {t.bg2}; border: none; }}
QHeaderView::section {{ background: {t.bg2}; color: {t.t3}; border: none; font-size: 12px;
  border-bottom: 1px solid {t.line}; padding: 0 8px; text-align: left;
  height: {SIZES.head - 1}px; font-weight: 400; }}
QTableCornerButton::section {{ background: {t.bg2}; border: none; }}
QScrollBar {{ background: transparent; border: none; }}
QScrollBar:vertical {{ width: 8px; }}
QScrollBar:horizontal {{ height: 8px; }}
QScrollBar::handle {{ background: {t.line2}; border-radius: 4px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {t.ctl}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{ background: {t.bar2}; border: none; max-height: 4px; border-radius: 2px; }}
QProgressBar::chunk {{ background: {t.acc}; border-radius: 2px; }}
"""


def style_sheet(tokens: Tokens) -> str:
    """Return the whole application's style sheet for one theme."""
    return "".join(part(tokens) for part in (_grounds, _labels, _buttons, _inputs, _views))
