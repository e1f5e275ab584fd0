// Everything works without this script; it makes what goes on move, and lists shorter.
"use strict";

// Live progress: the server says how far it is, a run of another process by its file; its end shows the whole page anew.
for (const box of document.querySelectorAll("[data-run]")) follow(box, `runs/${box.dataset.run}`, showRun);
for (const box of document.querySelectorAll("[data-verification]")) {
  follow(box, `verifications/${box.dataset.verification}`, showVerification);
}

function follow(box, path, show) {
  const source = new EventSource(`/api/v1/${path}/events`);
  source.addEventListener("progress", ({ data }) => show(box, JSON.parse(data)));
  source.addEventListener("report", () => {
    source.close();
    location.reload();
  });
}

function showRun(box, { jobs, bytes, expected, rate, transfers, waiting }) {
  const moved = expected ? `${size(bytes)} of ~${size(expected)}` : size(bytes);
  const speed = rate ? `, ${size(rate)}/s` : "";
  showBar(box, jobs.ended, jobs.total);
  set(box, "jobs", `${jobs.ended} of ${jobs.total} disks, ${moved}${speed}, ${waiting} waiting`);
  list(
    box,
    transfers.map(({ label, mode, names, bytes: done, expected: all }) => ({
      text: `${label}  ${mode === "full" ? "FULL" : "incr"}  ${part(done, all)}`,
      title: names.join(", "),
    })),
  );
}

function showVerification(box, { images: { planned, compared, different }, comparing }) {
  showBar(box, compared, planned);
  set(box, "jobs", `${compared} of ${planned} ${planned === 1 ? "image" : "images"} compared, ${different} different`);
  list(
    box,
    comparing.map(({ reference, bytes, expected }) => ({ text: `${reference}  ${part(bytes, expected)}`, title: "" })),
  );
}

function showBar(box, ended, total) {
  const bar = box.querySelector("progress");
  bar.max = Math.max(1, total);
  bar.value = ended;
}

function list(box, lines) {
  const rows = lines.slice(0, 12).map(({ text, title }) => {
    const item = document.createElement("li");
    item.textContent = text;
    item.title = title;
    return item;
  });
  box.querySelector("[data-is=transfers]").replaceChildren(...rows);
}

function part(done, all) {
  return all ? `${size(done)} of ~${size(all)}` : size(done);
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
