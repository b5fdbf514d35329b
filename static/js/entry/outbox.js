// Changes on their way to the server: one small request at a time, a moment after the last keystroke or at once when
// a cell is left. Whatever the server has not confirmed stays in this browser (keep.js), and is sent again under the
// same batch number, so that nothing is lost and nothing is done twice.
import { request, uuid } from "./dom.js";
import { parts } from "./doc.js";

const MOMENT = 600;
const RETRY = [1000, 2000, 5000, 10000, 20000];
// The server takes 2.5 MB at once; a Chinese character is three bytes.
const MOST = 600_000;

export class Outbox {
  #timer = 0;
  #tries = 0;
  #listeners = {};

  // `served`: the text of each path as the server last told it; it goes along as `was`.
  constructor({ url, version, served, keep }) {
    this.url = url;
    this.version = version;
    this.served = served;
    this.keep = keep;
    this.queue = [];
    this.sending = null;
    this.busy = false;
    this.halted = "";
    this.savedAt = null;
    addEventListener("online", () => this.flush());
    addEventListener("focus", () => this.#wake());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.flush() : this.#wake()));
  }

  on(name, listener) {
    this.#listeners[name] = listener;
  }

  get waiting() {
    return this.queue.length + (this.sending?.changes.length ?? 0);
  }

  // Answers whether a change of a path is not confirmed yet; made once for many questions.
  pendingPaths() {
    const [paths, uids] = [new Set(), new Set()];
    for (const change of [...this.queue, ...(this.sending?.changes ?? [])]) (change.uid ? uids : paths).add(change.uid ?? change.path);
    return (path) => paths.has(path) || uids.has(parts(path)?.uid);
  }

  put(changes) {
    for (const change of changes) this.#queue(change);
    this.#store();
    this.#tell();
    this.soon();
  }

  #queue(change) {
    if (change.op !== "set") {
      this.queue.push({ ...change, ...(change.values && { values: { ...change.values } }) });
    } else if (!this.#replace(change)) {
      const was = this.served.get(change.path);
      this.queue.push(was === undefined ? { ...change } : { ...change, was });
    }
  }

  // Only the last text of a cell is worth sending, unless its row came or went in between.
  #replace({ path, value }) {
    const uid = parts(path)?.uid;
    for (let index = this.queue.length - 1; index >= 0; index -= 1) {
      const other = this.queue[index];
      if (other.op === "set" && other.path === path) {
        other.value = value;
        return true;
      }
      if (uid && other.uid === uid) {
        if (other.op !== "add") return false;
        other.values[parts(path).leaf] = value;
        return true;
      }
    }
    return false;
  }

  soon(delay = MOMENT) {
    if (this.halted || this.held) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), delay);
  }

  // Nothing leaves while an input method is composing.
  hold(on) {
    this.held = on;
    if (!on && this.queue.length) this.soon();
  }

  async flush() {
    clearTimeout(this.#timer);
    if (this.busy || this.halted || this.held) return;
    if (!this.sending) {
      if (!this.queue.length) return;
      this.sending = { batch: uuid(), version: this.version, changes: this.#portion() };
    }
    this.busy = true;
    this.#store();
    this.#tell();
    const { batch, version, changes } = this.sending;
    let answer = await request(this.url, { method: "POST", json: { version, batch, changes } });
    // A token from before a new login: the cookie has the new one by now.
    if (answer.status === 403) answer = await request(this.url, { method: "POST", json: { version, batch, changes } });
    this.busy = false;
    this.#answer(answer);
  }

  // What goes in one request: a very large paste goes in several, in its order.
  #portion() {
    let [count, size] = [0, 0];
    for (const change of this.queue) {
      size += JSON.stringify(change).length;
      if (count && (size > MOST || count >= 2000)) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  #answer({ status, data }) {
    if (status === 200) {
      this.#tries = 0;
      this.trouble = "";
      this.version = data.version;
      // By the server's clock, as at the opening of the page.
      this.savedAt = new Date(data.saved_at);
      this.sending = null;
      for (const [path, cell] of Object.entries(data.cells ?? {})) this.served.set(path, cell.text);
      this.#store();
      this.#listeners.saved?.(data);
      if (this.queue.length) this.soon(0);
    } else if (status === 409 && data.error === "stale") {
      this.halted = "stale";
      this.#listeners.stale?.(data);
    } else if (status === 401 || status === 403) {
      this.halted = "login";
    } else if (status === 400 || status === 413) {
      this.#refused(data.message);
    } else if (status === 409 || status === 404) {
      this.halted = "closed";
      this.message = data.message ?? "";
    } else {
      this.trouble = "network";
      const wait = RETRY[Math.min(this.#tries, RETRY.length - 1)];
      this.#tries += 1;
      this.#timer = setTimeout(() => this.flush(), wait);
    }
    this.#tell();
  }

  // Something in it cannot be stored: all of it waits for the change that mends it, and is then sent anew.
  #refused(message = "") {
    const waiting = [...this.sending.changes, ...this.queue];
    this.sending = null;
    this.queue = [];
    for (const change of waiting) this.#queue(change);
    this.trouble = "refused";
    this.message = message;
    this.#store();
  }

  // Everything that is not on the server, in its order.
  get unsaved() {
    return [...(this.sending?.changes ?? []), ...this.queue];
  }

  // Give up what is not on the server: the person has seen it and said so.
  forget() {
    clearTimeout(this.#timer);
    this.queue = [];
    this.sending = null;
    this.#store();
    this.#tell();
  }

  // After a stale save: go on from `version` with what the person chose, before anything typed meanwhile.
  resume(version, changes) {
    this.version = version;
    this.queue = [...changes, ...this.queue];
    this.sending = null;
    this.halted = "";
    if (!this.queue.length) this.savedAt = new Date();
    this.#store();
    this.#tell();
    if (this.queue.length) this.soon(0);
  }

  // Take over what an earlier page could not send; what was on its way goes first, under its own number.
  adopt(record) {
    if (!this.sending && record.sending) this.sending = record.sending;
    else if (record.sending) this.queue.push(...record.sending.changes);
    this.queue.push(...record.queue);
    if (record.version < this.version && !this.sending && this.queue.length) {
      this.sending = { batch: uuid(), version: record.version, changes: this.queue };
      this.queue = [];
    }
    this.#store();
    this.#tell();
    this.soon(0);
  }

  #wake() {
    if (this.halted === "login") this.halted = "";
    if (!this.halted && this.waiting) this.flush();
  }

  #store() {
    const { queue, sending, version } = this;
    this.keep.save(this.waiting ? { queue, sending, version } : null);
  }

  #tell() {
    this.#listeners.state?.(this);
  }
}
