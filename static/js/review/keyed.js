// A list that keeps the items that did not change: who reads, types or tabs in one is not disturbed by the others.
export class Keyed {
  #drawn = new Map();

  constructor(list) {
    this.list = list;
  }

  // Items are `{ key, sign, make }`: a new one is made where the key is new or the sign has changed.
  take(items) {
    const kept = new Map();
    for (const { key, sign, make } of items) {
      const known = this.#drawn.get(key);
      kept.set(key, known?.sign === sign ? known : { sign, node: make() });
    }
    this.#drawn = kept;
    return [...kept.values()].map(({ node }) => node);
  }

  // Put the nodes in this order; those that stand right are not touched.
  settle(nodes) {
    const wanted = new Set(nodes);
    for (const child of [...this.list.children]) if (!wanted.has(child)) child.remove();
    let at = this.list.firstElementChild;
    for (const node of nodes) {
      if (node === at) at = at.nextElementSibling;
      else this.list.insertBefore(node, at);
    }
  }
}
