// Notes in the margin, each as high as the cell it belongs to and pushed down by the one above.
const GAP = 8;

// `cellOf(item)`: the element that a note stands beside, or nothing. `held`: the note that keeps its cell's height; those
// above it move up instead. Where the list is no margin (on narrow windows) the notes stand in the order of the cells.
export function alignNotes(list, cellOf, held = null) {
  const wide = getComputedStyle(list).position === "relative";
  const top = list.getBoundingClientRect().top;
  const wanted = [...list.children].map((item) => [item, (cellOf(item)?.getBoundingClientRect().top ?? top) - top]);
  wanted.sort((one, two) => one[1] - two[1]);
  if (wanted.some(([item], index) => item !== list.children[index])) list.append(...wanted.map(([item]) => item));
  let free = 0;
  const places = wanted.map(([item, at]) => {
    const place = Math.max(at, free);
    free = place + item.offsetHeight + GAP;
    return place;
  });
  const at = wanted.findIndex(([item]) => item === held);
  if (at >= 0) free = hold(wanted, places, at);
  wanted.forEach(([item], index) => (item.style.top = wide ? `${places[index]}px` : ""));
  list.style.minHeight = wide ? `${free}px` : "";
}

function hold(wanted, places, at) {
  const height = (index) => wanted[index][0].offsetHeight + GAP;
  places[at] = Math.max(wanted[at][1], 0);
  for (let index = at - 1; index >= 0; index -= 1) places[index] = Math.min(places[index], places[index + 1] - height(index));
  // Too many above: all move down as far as the first one would stand above the paper.
  if (places[0] < 0) for (let index = at, by = places[0]; index >= 0; index -= 1) places[index] -= by;
  for (let index = at + 1; index < places.length; index += 1) places[index] = Math.max(wanted[index][1], places[index - 1] + height(index - 1));
  return places.at(-1) + height(places.length - 1);
}
