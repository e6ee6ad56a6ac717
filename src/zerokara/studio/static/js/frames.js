// Arrays on the wire; the same as frames.py writes and reads.
// u32 length of the head · head (JSON) · zeros to a multiple of 8 · arrays, each from a multiple of 8 on; little-endian.

const KINDS = { uint8: Uint8Array, int16: Int16Array, int32: Int32Array, float32: Float32Array, float64: Float64Array };
const padded = (n) => n + ((8 - (n % 8)) % 8);

/**
 * @param {object} head what the message says
 * @param {Object<string, {data: ArrayBufferView & {constructor: Function}, shape: number[]}>} arrays
 * @returns {ArrayBuffer}
 */
export function encode(head, arrays = {}) {
  const told = [];
  let offset = 0;
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    const dtype = Object.keys(KINDS).find((kind) => data instanceof KINDS[kind]);
    told.push({ name, dtype, shape, offset });
    offset += padded(data.byteLength);
  }
  const text = new TextEncoder().encode(JSON.stringify({ ...head, arrays: told }));
  const start = padded(4 + text.length);
  const message = new Uint8Array(start + offset);
  new DataView(message.buffer).setUint32(0, text.length, true);
  message.set(text, 4);
  Object.values(arrays).forEach(({ data }, k) => {
    message.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + told[k].offset);
  });
  return message.buffer;
}

/**
 * @param {ArrayBuffer} message
 * @returns {{head: any, arrays: Object<string, {data: any, shape: number[]}>}}
 */
export function decode(message) {
  const length = new DataView(message).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, length)));
  const start = padded(4 + length);
  const arrays = {};
  for (const { name, dtype, shape, offset } of head.arrays) {
    const count = shape.reduce((a, b) => a * b, 1);
    arrays[name] = { data: new KINDS[dtype](message, start + offset, count), shape };
  }
  delete head.arrays;
  return { head, arrays };
}
