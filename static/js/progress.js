// A file being built: the bar follows the server; when it is done (or cannot be done) the page is read anew.
const bar = document.querySelector("[data-progress]");
const words = document.querySelector("[data-words]");
const count = document.querySelector("[data-count]");

async function ask() {
  try {
    const answer = await fetch(bar.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return location.reload();
    const job = await answer.json();
    if (job.state !== "queued" && job.state !== "running") return location.reload();
    bar.max = job.total || 1;
    bar.value = job.done;
    if (words.textContent !== job.label) words.textContent = job.label;
    count.textContent = `${job.done} / ${job.total}`;
  } catch {
    // The server is not answering: ask again.
  }
  setTimeout(ask, 1000);
}

if (bar) setTimeout(ask, 600);
