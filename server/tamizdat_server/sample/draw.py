"""Draws the sample's pictures into pictures/: `python draw.py` after a change here. The files are committed."""

import math
import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT, SCALE = 960, 600, 2
Colour = tuple[int, int, int]
Point = tuple[float, float]


class Canvas:
    """A picture in its own pixels, drawn larger so that edges come out smooth."""

    def __init__(self, top: Colour, bottom: Colour) -> None:
        gradient = Image.linear_gradient("L").resize((WIDTH * SCALE, HEIGHT * SCALE))
        size = gradient.size
        self.image = Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), gradient)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, *, radius: float = 0) -> None:
        corners = [x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE]
        self.pen.rounded_rectangle(corners, radius * SCALE, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, squash: float = 1) -> None:
        corners = [
            (x - radius) * SCALE,
            (y - radius * squash) * SCALE,
            (x + radius) * SCALE,
            (y + radius * squash) * SCALE,
        ]
        self.pen.ellipse(corners, fill=colour)

    def shape(self, points: list[Point], colour: Colour) -> None:
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def line(self, points: list[Point], colour: Colour, width: float = 2) -> None:
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], colour, round(width * SCALE), joint="curve")

    def glow(self, x: float, y: float, radius: float, colour: Colour) -> None:
        mask = Image.new("L", self.image.size)
        corners = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        ImageDraw.Draw(mask).ellipse(corners, fill=150)
        mask = mask.filter(ImageFilter.GaussianBlur(radius * SCALE / 2))
        self.image.paste(colour, mask=mask)
        self.pen = ImageDraw.Draw(self.image)

    def save(self, path: Path) -> None:
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        if path.suffix == ".png":
            small.quantize(32, dither=Image.Dither.NONE).save(path, optimize=True)
        else:
            small.save(path, quality=80, optimize=True, progressive=True)


def hills(canvas: Canvas, base: float, height: float, colour: Colour, phase: float) -> None:
    ridge = [(x, base - height * (0.6 + 0.4 * math.sin(x / 130 + phase) + 0.15 * math.sin(x / 37 + phase)))
             for x in range(0, WIDTH + 8, 8)]  # fmt: skip
    canvas.shape([*ridge, (WIDTH, HEIGHT), (0, HEIGHT)], colour)


def ripples(canvas: Canvas, top: float, colour: Colour, dice: random.Random) -> None:
    for _ in range(60):
        y = top + (HEIGHT - top) * dice.random() ** 0.8
        x, length = dice.uniform(-20, WIDTH), dice.uniform(20, 30 + (y - top) * 0.6)
        canvas.line([(x, y), (x + length, y)], colour, 1.5)


def poplar(canvas: Canvas, x: float, base: float, height: float, colour: Colour) -> None:
    canvas.line([(x, base), (x, base - height * 0.3)], (70, 52, 44), 4)
    canvas.disc(x, base - height * 0.58, height * 0.11, colour, squash=4)


def bridge() -> Canvas:
    """Dawn over the river: the old bridge, lorries waiting, the ferry's hull on the near bank."""
    canvas, dice = Canvas((58, 72, 112), (246, 190, 142)), random.Random(1968)
    canvas.glow(700, 300, 120, (255, 226, 170))
    canvas.disc(700, 300, 34, (255, 240, 205))
    hills(canvas, 345, 70, (92, 92, 122), 0.4)
    hills(canvas, 365, 36, (66, 74, 98), 2.2)
    canvas.box(0, 372, WIDTH, 228, (88, 112, 140))
    ripples(canvas, 380, (136, 152, 170), dice)
    canvas.box(0, 296, WIDTH, 14, (52, 48, 56))
    for pillar in range(60, WIDTH, 168):
        canvas.shape([(pillar, 308), (pillar + 26, 308), (pillar + 32, 440), (pillar - 6, 440)], (62, 58, 66))
        canvas.line([(pillar - 58, 309), (pillar + 13, 340), (pillar + 84, 309)], (52, 48, 56), 5)
    for post in range(0, WIDTH, 24):
        canvas.line([(post, 296), (post, 276)], (52, 48, 56), 2)
    canvas.line([(0, 277), (WIDTH, 277)], (52, 48, 56), 3)
    for place, colour in enumerate([(178, 74, 58), (74, 110, 92), (196, 150, 70)]):
        x = 20 + place * 92
        canvas.box(x, 256, 52, 38, colour, radius=3)
        canvas.box(x + 54, 268, 20, 26, (58, 60, 74), radius=4)
        canvas.disc(x + 14, 295, 7, (30, 30, 36))
        canvas.disc(x + 62, 295, 7, (30, 30, 36))
    canvas.box(318, 270, 10, 26, (236, 236, 232))
    canvas.line([(322, 272), (400, 258)], (206, 62, 52), 6)
    hills(canvas, 560, 44, (50, 60, 52), 4.1)
    canvas.shape([(560, 500), (860, 492), (826, 548), (594, 552)], (122, 76, 52))
    canvas.line([(566, 514), (852, 506)], (160, 108, 76), 4)
    canvas.box(660, 462, 84, 36, (190, 168, 132), radius=4)
    return canvas


def beams() -> Canvas:
    """Two beams from below, as in the report: a technical drawing."""
    canvas = Canvas((244, 242, 234), (236, 233, 222))
    for x in range(0, WIDTH, 40):
        canvas.line([(x, 0), (x, HEIGHT)], (222, 226, 228), 1)
    for y in range(0, HEIGHT, 40):
        canvas.line([(0, y), (WIDTH, y)], (222, 226, 228), 1)
    for number, top in ((3, 120), (4, 350)):
        canvas.box(60, top, 840, 110, (176, 180, 184))
        canvas.box(60, top, 840, 16, (142, 148, 154))
        canvas.box(60, top + 94, 840, 16, (142, 148, 154))
        for x in range(100, 880, 60):
            canvas.disc(x, top + 8, 4, (96, 102, 110))
            canvas.disc(x, top + 102, 4, (96, 102, 110))
        for tick in range(number):
            canvas.line([(30 + tick * 7, top + 42), (30 + tick * 7, top + 68)], (40, 60, 120), 3)
    for start, top, seed in ((380, 120, 3), (610, 350, 4), (250, 350, 7)):
        dice, x, y = random.Random(seed), float(start), float(top + 110)
        crack = [(x, y)]
        while y > top + 24:
            x, y = x + dice.uniform(-10, 14), y - dice.uniform(6, 14)
            crack.append((x, y))
        canvas.line(crack, (28, 24, 28), 3.5)
        canvas.disc(start + 20, top + 62, 62, (200, 60, 50))
        hole = [(start + 20 + 58 * math.cos(a / 20), top + 62 + 58 * math.sin(a / 20)) for a in range(126)]
        canvas.shape(hole, (176, 180, 184))
        canvas.line(crack, (28, 24, 28), 3.5)
    return canvas


def library() -> Canvas:
    """The cinema that became a library, in the evening."""
    canvas = Canvas((30, 38, 74), (112, 96, 130))
    dice = random.Random(70)
    for _ in range(90):
        canvas.disc(dice.uniform(0, WIDTH), dice.uniform(0, 230), dice.uniform(0.6, 1.6), (222, 222, 240))
    canvas.box(0, 488, WIDTH, 112, (58, 54, 66))
    canvas.box(160, 190, 640, 300, (196, 178, 158))
    canvas.shape([(140, 192), (820, 192), (780, 150), (180, 150)], (150, 118, 104))
    canvas.glow(480, 360, 170, (255, 220, 140))
    for column in range(6):
        x = 190 + column * 104
        canvas.box(x, 210, 60, 278, (250, 214, 138), radius=26)
        for shelf in range(5):
            y = 262 + shelf * 46
            canvas.box(x, y + 30, 60, 4, (120, 84, 58))
            book = x + 4.0
            while book < x + 50:
                width, height = dice.uniform(4, 9), dice.uniform(16, 28)
                shade = dice.choice([(160, 60, 54), (60, 96, 120), (84, 118, 84), (196, 142, 62), (104, 76, 116)])
                canvas.box(book, y + 30 - height, width, height, shade)
                book += width + 1.5
    canvas.box(448, 330, 64, 160, (104, 68, 50), radius=4)
    canvas.disc(500, 412, 4, (226, 190, 100))
    for step in range(3):
        canvas.box(
            420 - step * 22, 488 + step * 12, 120 + step * 44, 12, (150 - step * 16, 140 - step * 16, 140 - step * 14)
        )
    for x, height, coat in (
        (360, 74, (70, 84, 130)),
        (330, 52, (176, 84, 74)),
        (604, 78, (70, 100, 84)),
        (640, 70, (120, 84, 70)),
    ):
        canvas.disc(x, 524 - height, 10, (226, 190, 160))
        canvas.shape([(x - 9, 534 - height), (x + 9, 534 - height), (x + 16, 530), (x - 16, 530)], coat)
    return canvas


def bread() -> Canvas:
    """Loaves on a table before the oven."""
    canvas, dice = Canvas((92, 60, 46), (60, 40, 34)), random.Random(50)
    for row in range(9):
        for column in range(-1, 13):
            x = column * 84 + (row % 2) * 42
            canvas.box(x, row * 44, 80, 40, (116 + dice.randint(-8, 8), 72 + dice.randint(-6, 6), 56), radius=3)
    canvas.box(300, 70, 360, 260, (40, 28, 26), radius=120)
    canvas.box(330, 110, 300, 220, (226, 110, 40), radius=100)
    canvas.glow(480, 280, 90, (255, 210, 110))
    canvas.box(0, 390, WIDTH, 210, (168, 122, 80))
    for y in range(400, 600, 26):
        canvas.line([(0, y), (WIDTH, y + 6)], (150, 106, 68), 2)
    for x, y in ((120, 440), (330, 470), (560, 446), (790, 472), (220, 530), (460, 540), (690, 536)):
        canvas.disc(x + 8, y + 18, 92, (120, 82, 52), squash=0.42)
        canvas.disc(x, y, 90, (200, 132, 66), squash=0.5)
        canvas.disc(x, y - 8, 78, (222, 160, 88), squash=0.44)
        for cut in (-34, 0, 34):
            canvas.line([(x + cut - 12, y - 24), (x + cut + 10, y + 6)], (246, 210, 150), 6)
    return canvas


def water() -> Canvas:
    """Nine sample bottles in a row; three are the wrong colour."""
    canvas = Canvas((206, 222, 226), (238, 238, 230))
    canvas.box(0, 470, WIDTH, 130, (126, 138, 142))
    canvas.box(0, 464, WIDTH, 10, (152, 164, 168))
    for place in range(9):
        x, bad = 52 + place * 98, place in (2, 3, 7)
        fill = (214, 186, 98) if bad else (138, 190, 214)
        canvas.disc(x + 34, 476, 40, (104, 114, 118), squash=0.22)
        canvas.box(x, 236, 68, 238, (232, 240, 242), radius=16)
        canvas.box(x + 22, 190, 24, 60, (232, 240, 242), radius=4)
        canvas.box(x + 18, 176, 32, 24, (58, 86, 110), radius=4)
        canvas.box(x + 5, 300, 58, 169, fill, radius=13)
        canvas.box(x + 10, 250, 6, 190, (250, 252, 252), radius=3)
        canvas.box(x + 6, 350, 56, 66, (250, 248, 240))
        for line in range(3):
            canvas.line([(x + 13, 364 + line * 13), (x + 54 - line * 9, 364 + line * 13)], (120, 120, 124), 2)
        if bad:
            canvas.disc(x + 50, 404, 8, (196, 60, 50))
    return canvas


def bus() -> Canvas:
    """Bus number 2 at dusk, people walking towards the bridge."""
    canvas, dice = Canvas((70, 84, 120), (232, 170, 140)), random.Random(2)
    hills(canvas, 400, 60, (84, 84, 108), 1.1)
    for x in (70, 130, 190, 850, 905):
        poplar(canvas, x, 430, dice.uniform(190, 250), (64, 84, 72))
    canvas.box(0, 424, WIDTH, 176, (74, 72, 80))
    for x in range(-20, WIDTH, 120):
        canvas.box(x, 520, 64, 8, (214, 208, 190))
    canvas.box(250, 226, 460, 236, (214, 164, 62), radius=22)
    canvas.box(250, 360, 460, 22, (236, 228, 208))
    for window in range(5):
        canvas.box(272 + window * 72, 256, 60, 84, (255, 236, 180), radius=8)
    canvas.box(636, 256, 62, 110, (255, 236, 180), radius=8)
    for passenger in (290, 372, 512):
        canvas.disc(passenger + 12, 308, 13, (96, 76, 84))
        canvas.box(passenger - 5, 320, 34, 20, (96, 76, 84), radius=8)
    canvas.box(600, 236, 72, 16, (40, 44, 56), radius=4)
    canvas.line([(628, 240), (642, 240), (642, 244), (628, 244), (628, 248), (642, 248)], (255, 208, 90), 2)
    canvas.glow(716, 420, 40, (255, 240, 190))
    for wheel in (340, 616):
        canvas.disc(wheel, 462, 38, (34, 34, 40))
        canvas.disc(wheel, 462, 17, (150, 150, 156))
    for x, height, coat in (
        (770, 118, (60, 72, 104)),
        (812, 100, (150, 70, 66)),
        (846, 124, (70, 92, 76)),
        (892, 76, (180, 140, 70)),
    ):
        canvas.disc(x, 530 - height, 13, (224, 186, 156))
        canvas.shape([(x - 12, 543 - height), (x + 12, 543 - height), (x + 20, 510), (x - 20, 510)], coat)
        canvas.line([(x - 7, 508), (x - 11, 538)], (40, 40, 48), 7)
        canvas.line([(x + 7, 508), (x + 12, 538)], (40, 40, 48), 7)
    return canvas


PICTURES: dict[str, Callable[[], Canvas]] = {
    "bridge.jpg": bridge, "beams.png": beams, "library.jpg": library,
    "bread.jpg": bread, "water.jpg": water, "bus.jpg": bus,
}  # fmt: skip


if __name__ == "__main__":
    folder = Path(__file__).parent / "pictures"
    for name, draw in PICTURES.items():
        draw().save(folder / name)
