// Everything works without this script; it makes what goes on move, and lists shorter.
"use strict";

// Live progress: the server says how far a run is, one of another process by its file; its end shows the whole page anew.
for (const box of document.querySelectorAll("[data-run]")) {
  const source = new EventSource(`/api/v1/runs/${encodeURIComponent(box.dataset.run)}/events`);
  source.addEventListener("progress", ({ data }) => showProgress(box, JSON.parse(data)));
  source.addEventListener("report", () => {
    source.close();
    location.reload();
  });
}

function showProgress(box, { jobs, bytes, expected, rate, transfers, waiting }) {
  const bar = box.querySelector("progress");
  bar.max = Math.max(1, jobs.total);
  bar.value = jobs.ended;
  const moved = expected ? `${size(bytes)} of ~${size(expected)}` : size(bytes);
  const speed = rate ? `, ${size(rate)}/s` : "";
  set(box, "jobs", `${jobs.ended} of ${jobs.total} disks, ${moved}${speed}, ${waiting} waiting`);
  const rows = transfers.slice(0, 12).map(({ label, mode, names, bytes: done, expected: all }) => {
    const item = document.createElement("li");
    item.textContent = `${label}  ${mode === "full" ? "FULL" : "incr"}  ${size(done)}${all ? ` of ~${size(all)}` : ""}`;
    item.title = names.join(", ");
    return item;
  });
  box.querySelector("[data-is=transfers]").replaceChildren(...rows);
}

function set(box, name, text) {
  const place = box.querySelector(`[data-is=${name}]`);
  if (place.textContent !== text) place.textContent = text;
}

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  for (; bytes >= 1023.5 && unit < units.length - 1; unit += 1) bytes /= 1024;
  return `${unit === 0 || bytes >= 9.95 ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

// A word shortens a list; "/" goes there.
const filter = document.querySelector("input[data-filter]");
if (filter) {
  filter.closest("[hidden]")?.removeAttribute("hidden");
  const rows = [...document.querySelectorAll(`${filter.dataset.filter} tbody tr`)];
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))
      return;
    event.preventDefault();
    filter.focus();
  });
}

// What is kept open stays true: the overview is asked for again, unless somebody is at work in it.
if (document.querySelector("main[data-refresh]")) {
  setInterval(() => {
    const busy = filter?.value || document.activeElement?.closest("form, input");
    if (!document.hidden && !busy) location.reload();
  }, 60_000);
}
