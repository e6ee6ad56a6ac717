// The socket to the engine: questions with arrays go out, answers come in by topic. It comes back by itself.

import { decode, encode } from "./frames.js";

const LONGEST_WAIT = 8000;

export class Wire {
  constructor() {
    this.hearers = new Map();
    this.open = false;
    this.wait = 250;
    this.connect();
  }

  connect() {
    const address = new URL("live", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    address.hash = "";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify({ hello: this.version ?? "" }));
      this.open = true;
      this.wait = 250;
    });
    socket.addEventListener("message", ({ data }) => this.take(data));
    socket.addEventListener("close", ({ code }) => {
      this.open = false;
      this.tell("closed", { code }, {});
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(LONGEST_WAIT, 2 * this.wait);
    });
    this.socket = socket;
  }

  take(data) {
    if (typeof data === "string") {
      const head = JSON.parse(data);
      if (head.topic === "hello") this.greet(head);
      this.tell(head.topic.split(".")[0], head, {});
      return;
    }
    const { head, arrays } = decode(data);
    this.tell(head.topic.split(".")[0], head, arrays);
    this.socket.send('{"ack":1}');
  }

  /** A page of another version loads itself anew, once. */
  greet({ version }) {
    if (this.version && this.version !== version && sessionStorage.getItem("loaded") !== version) {
      sessionStorage.setItem("loaded", version);
      location.reload();
    }
    this.version = version;
  }

  tell(topic, head, arrays) {
    for (const hear of this.hearers.get(topic) ?? []) hear(head, arrays);
  }

  /** Call `hear(head, arrays)` for what comes under a topic: the part before the first point. */
  on(topic, hear) {
    if (!this.hearers.has(topic)) this.hearers.set(topic, new Set());
    this.hearers.get(topic).add(hear);
  }

  /** Ask; whether the question has gone out. */
  ask(head, arrays = {}) {
    if (!this.open || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(encode(head, arrays));
    return true;
  }
}
