// Colours and shapes of classes, and of numbers below and above zero.

const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** "#23569b" → [35, 86, 155] */
export const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** The colours of the theme of now: ten classes, paper, ink, accent, less than zero, more than zero. */
export function colours() {
  const classes = Array.from({ length: 10 }, (_, k) => read(`--c${k + 1}`));
  return { classes, panel: read("--panel"), ink: read("--ink"), soft: read("--soft"), line: read("--line"), less: read("--c2"), more: read("--c1"), warm: read("--warm"), accent: read("--accent") };
}

/** Mix two colours: 0 the first, 1 the second. */
export const mixed = (one, other, share) => one.map((v, i) => v + (other[i] - v) * share);

/** 255 colours for the bytes 0…254 of −scale…scale. */
export function diverging(now) {
  const [less, more, panel] = [rgb(now.less), rgb(now.more), rgb(now.panel)];
  return Array.from({ length: 256 }, (_, v) => mixed(panel, v < 127 ? less : more, Math.min(1, Math.abs(v - 127) / 127) * 0.85));
}

/** Paint bytes on a canvas by a table of colours. */
export function paintTable(canvas, bytes, side, table) {
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const image = new ImageData(side, side), out = image.data;
  for (let i = 0, j = 0; i < side * side; i++, j += 4) {
    const colour = table[bytes[i]];
    out[j] = colour[0]; out[j + 1] = colour[1]; out[j + 2] = colour[2]; out[j + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** A mark of a class at a place: every class has a shape of its own, whatever its colour. */
export function mark(context, k, x, y, r) {
  const corners = [0, 4, 3, 5, 6, 2, 4, 3, 5, 6][k % 10], turn = [0, Math.PI / 4, -Math.PI / 2, -Math.PI / 2, 0, 0, 0, Math.PI / 2, Math.PI / 2, Math.PI / 6][k % 10];
  context.beginPath();
  if (!corners) context.arc(x, y, r, 0, 2 * Math.PI);
  else if (corners === 2) { context.moveTo(x - r, y - r); context.lineTo(x + r, y + r); context.moveTo(x + r, y - r); context.lineTo(x - r, y + r); }
  else for (let i = 0; i <= corners; i++) context[i ? "lineTo" : "moveTo"](x + 1.2 * r * Math.cos(turn + (2 * Math.PI * i) / corners), y + 1.2 * r * Math.sin(turn + (2 * Math.PI * i) / corners));
}
