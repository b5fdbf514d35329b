// The cell that lies next on paper in a direction (up, down, left, right); null at the edge.
export function nextCell(cells, cell, way) {
  const here = cell.getBoundingClientRect();
  const upright = way === "up" || way === "down";
  const sign = way === "down" || way === "right" ? 1 : -1;
  const near = (box) => (sign > 0 ? (upright ? box.top : box.left) : upright ? -box.bottom : -box.right);
  const edge = sign > 0 ? (upright ? here.bottom : here.right) : upright ? -here.top : -here.left;
  let best = null;
  let least = Infinity;
  for (const other of cells) {
    if (other === cell) continue;
    const box = other.getBoundingClientRect();
    const gap = near(box) - edge;
    if (gap < -2) continue;
    const across = upright
      ? Math.max(0, Math.max(box.left, here.left) - Math.min(box.right, here.right) + 2)
      : Math.max(0, Math.max(box.top, here.top) - Math.min(box.bottom, here.bottom) + 2);
    if (!upright && across > 0) continue;
    const side = upright ? Math.abs(box.left - here.left) : Math.abs(box.top - here.top);
    const cost = gap * 4 + across * 3 + side * 0.01;
    if (cost < least) [best, least] = [other, cost];
  }
  return best;
}
