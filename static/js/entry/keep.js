// What the server does not have yet, kept in this browser: one record per person, table and tab. It is written at
// every change, so a crash, a closed laptop or the end of the session loses nothing. A tab holds a lock on its own
// record; a record whose lock is free belongs to nobody any more and may be taken over.
import { uuid } from "./dom.js";

const BEAT = 4000;
const DEAD = 12000;

export class Keep {
  #release = null;

  constructor(user, table) {
    this.prefix = `pg-entry.${user}.${table}.`;
    this.failed = false;
  }

  // Find this tab's name and the records it may take over: its own of before a reload, and those left behind.
  async open() {
    let name = this.#session("pg-entry-tab");
    if (!name || !(await this.#take(name))) {
      name = uuid();
      await this.#take(name);
    }
    this.name = name;
    this.#session("pg-entry-tab", name);
    const key = this.prefix + name;
    const found = this.#read(key);
    const own = found && { key, ...found };
    const left = [];
    for (const key of this.#keys()) {
      const other = key.slice(this.prefix.length);
      if (other === name || !(await this.#free(other))) continue;
      const record = this.#read(key);
      if (record) left.push({ key, ...record });
    }
    return { own, left };
  }

  save(record) {
    try {
      if (record) localStorage.setItem(this.prefix + this.name, JSON.stringify({ ...record, at: Date.now() }));
      else localStorage.removeItem(this.prefix + this.name);
      this.failed = false;
    } catch {
      this.failed = true;
    }
    return !this.failed;
  }

  drop(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      this.failed = true;
    }
  }

  close() {
    this.#release?.();
    this.#release = null;
  }

  #session(key, value) {
    try {
      if (value === undefined) return sessionStorage.getItem(key);
      sessionStorage.setItem(key, value);
    } catch {
      this.failed = true;
    }
    return null;
  }

  #keys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
    } catch {
      this.failed = true;
      return [];
    }
  }

  #read(key) {
    try {
      const record = JSON.parse(localStorage.getItem(key) ?? "null");
      return record && Array.isArray(record.queue) ? record : null;
    } catch {
      return null;
    }
  }

  #take(name) {
    if (!navigator.locks) return Promise.resolve(this.#beat(name));
    return new Promise((resolve) => {
      navigator.locks.request(this.prefix + name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && new Promise((release) => (this.#release = release));
      });
    });
  }

  #free(name) {
    if (!navigator.locks) return Promise.resolve(Date.now() - this.#lastBeat(name) > DEAD);
    return new Promise((resolve) => {
      navigator.locks.request(this.prefix + name, { ifAvailable: true }, (lock) => resolve(lock !== null));
    });
  }

  // Without Web Locks (plain HTTP): a heartbeat under a key of its own says that the tab lives.
  #beat(name) {
    if (Date.now() - this.#lastBeat(name) < DEAD && this.#session("pg-entry-left") !== name) return false;
    const key = `pg-beat.${name}`;
    const beat = () => {
      try {
        localStorage.setItem(key, String(Date.now()));
      } catch {
        this.failed = true;
      }
    };
    beat();
    const timer = setInterval(beat, BEAT);
    this.#release = () => {
      clearInterval(timer);
      this.#session("pg-entry-left", name);
    };
    addEventListener("pagehide", () => this.close(), { once: true });
    return true;
  }

  #lastBeat(name) {
    try {
      return Number(localStorage.getItem(`pg-beat.${name}`) ?? 0);
    } catch {
      return 0;
    }
  }
}
