"""Reports: one self-contained HTML file, in English or Japanese.

Figures can be read as pictures, as words and as numbers. Nothing here knows of networks; pages are put together by
whoever has something to show.
"""

from zerokara.refusing import speaking
from zerokara.report.attention_map import attention_map
from zerokara.report.axes import Axis
from zerokara.report.bars import bar_chart
from zerokara.report.blocks import Box, Link, block_diagram
from zerokara.report.cards import Card, Cards, Choices, illustration
from zerokara.report.chart import Panel, chart, panels
from zerokara.report.circuit import graph_figure
from zerokara.report.coloured_text import coloured_text
from zerokara.report.confusion import confusion_matrix
from zerokara.report.diagram import Layer, network_diagram
from zerokara.report.figure import Figure
from zerokara.report.gallery import Picture, Tile, gallery, probability_bars
from zerokara.report.grids import Grid, grids
from zerokara.report.heat_map import heat_map
from zerokara.report.histogram import histogram
from zerokara.report.lines import line_chart
from zerokara.report.marks import Arrows, Band, Bars, Cells, Contours, Line, Mark, Path, Points, Rule
from zerokara.report.markup import Markup, element, escape
from zerokara.report.notebook import notebook_html
from zerokara.report.page import Code, Fact, Page, Paragraph, Section
from zerokara.report.parallel import Strand, parallel_coordinates
from zerokara.report.picture_table import ColourBar, PictureCell, PictureRow, picture_table
from zerokara.report.pieces import Folded, Formula, Items, Quiz, Ways
from zerokara.report.table import Cell, Table
from zerokara.wording import LANGUAGES, Lang, Text, check_language, duration, percent, scientific, significant, whole

__all__ = [
    "LANGUAGES",
    "Arrows",
    "Axis",
    "Band",
    "Bars",
    "Box",
    "Card",
    "Cards",
    "Cell",
    "Cells",
    "Choices",
    "Code",
    "ColourBar",
    "Contours",
    "Fact",
    "Figure",
    "Folded",
    "Formula",
    "Grid",
    "Items",
    "Lang",
    "Layer",
    "Line",
    "Link",
    "Mark",
    "Markup",
    "Page",
    "Panel",
    "Paragraph",
    "Path",
    "Picture",
    "PictureCell",
    "PictureRow",
    "Points",
    "Quiz",
    "Rule",
    "Section",
    "Strand",
    "Table",
    "Text",
    "Tile",
    "Ways",
    "attention_map",
    "bar_chart",
    "block_diagram",
    "chart",
    "check_language",
    "coloured_text",
    "confusion_matrix",
    "duration",
    "element",
    "escape",
    "gallery",
    "graph_figure",
    "grids",
    "heat_map",
    "histogram",
    "illustration",
    "line_chart",
    "network_diagram",
    "notebook_html",
    "panels",
    "parallel_coordinates",
    "percent",
    "picture_table",
    "probability_bars",
    "scientific",
    "significant",
    "whole",
]

speaking(globals(), __all__)
