// The SRE's page: one snapshot a second from /admin/live, kept for ten minutes, drawn as it comes. Text goes into the page as text, never as markup.
const kept = 600;
const history = [];
let filter = "";
let shown = null; // what the dialog is about: {provider} or {tenant}
let stream = null;

const $ = id => document.getElementById(id);
const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.map(c => c instanceof Node ? c : document.createTextNode(c ?? "")));
  return made;
};
const svg = (name, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = n => n == null ? "–" : n >= 1e6 ? `${(n / 1e6).toFixed(n >= 1e7 ? 0 : 1)}\u00a0M` : n >= 1e4 ? `${(n / 1e3).toFixed(n >= 1e5 ? 0 : 1)}\u00a0k` : n >= 10 || Number.isInteger(n) ? number.format(n) : n.toFixed(1);
const span = s => s == null ? "–" : s >= 172800 ? `${Math.floor(s / 86400)}\u00a0d` : s >= 7200 ? `${Math.floor(s / 3600)}\u00a0h` : s >= 120 ? `${Math.floor(s / 60)}\u00a0min` : s >= 1 ? `${s.toFixed(s < 10 ? 1 : 0)}\u00a0s` : `${Math.round(s * 1000)}\u00a0ms`;
const bytes = b => b == null ? "–" : b >= 1 << 30 ? `${(b / (1 << 30)).toFixed(1)} GiB` : b >= 1 << 20 ? `${(b / (1 << 20)).toFixed(1)} MiB` : `${Math.round(b / 1024)} KiB`;
const total = (look, status) => look.messages.filter(m => m.status === status).reduce((sum, m) => sum + m.count, 0);

// Change a second of a total between two looks; a total that fell (a silo started anew) counts from nothing.
const rate = (now, before, of) => {
  if (!before) return 0;
  const seconds = (Date.parse(now.at) - Date.parse(before.at)) / 1000;
  const change = of(now) - of(before);
  return seconds > 0 ? Math.max(change, 0) / seconds : 0;
};
const rates = of => history.slice(1).map((look, i) => rate(look, history[i], of));
const recent = (of, looks = 5) => rate(history.at(-1), history.at(-1 - Math.min(looks, history.length - 1)), of);

const drawn = () => Math.min(Math.max(history.length - 1, 60), kept); // the first minute fills the width, then it grows to ten

function draw(path, values, width, height, top) {
  const shown = drawn();
  const step = width / Math.max(shown - 1, 1);
  const from = shown - values.length;
  path.setAttribute("d", values.map((v, i) => `${i ? "L" : "M"}${((from + i) * step).toFixed(1)} ${(height - 1 - (v / top) * (height - 3)).toFixed(1)}`).join(""));
}

const tiles = [
  ["Accepted", look => total(look, "accepted"), "/s"], ["Left", look => total(look, "sent"), "/s"], ["Delivered", look => total(look, "delivered"), "/s"],
  ["Waiting", null, "", look => look.waiting, short], ["Wait p99", null, "", look => look.waitSeconds?.p99, span], ["Commit p99", null, "", look => look.journal.commitSeconds?.p99, span],
].map(([title, of, unit, value, format]) => {
  const strong = el("strong");
  const line = svg("path", { stroke: "var(--accent)" });
  const picture = svg("svg", { viewBox: "0 0 300 22", preserveAspectRatio: "none", "aria-hidden": "true" });
  picture.append(line);
  $("tiles").append(el("li", {}, el("span", {}, title), strong, picture));
  return () => {
    const values = of ? rates(of) : history.map(look => value(look) ?? 0);
    const now = of ? recent(of) : value(history.at(-1));
    strong.textContent = (format ?? short)(now) + (now == null ? "" : unit);
    draw(line, values, 300, 22, Math.max(...values, 1e-9));
  };
});

const curves = [["accepted", "--one"], ["sent", "--two"], ["delivered", "--three"]].map(([status, colour]) => {
  const line = svg("path", { stroke: `var(${colour})` });
  $("rates").append(line);
  const key = el("b");
  key.style.background = `var(${colour})`;
  const text = el("span");
  $("rates-key").append(el("span", {}, key, text));
  return { status, line, text };
});

$("rates-key").append(el("span", { id: "rates-peak" }));

function drawRates() {
  $("rates").setAttribute("viewBox", "0 0 1200 180");
  const all = curves.map(c => rates(look => total(look, c.status)));
  const top = Math.max(...all.flat(), 1);
  curves.forEach((c, i) => {
    draw(c.line, all[i], 1200, 180, top);
    c.text.textContent = `${c.status === "sent" ? "left" : c.status} ${short(recent(look => total(look, c.status)))}/s`;
  });
  $("h-rates").textContent = `Messages a second, last ${drawn() < 120 ? `${drawn()} seconds` : `${Math.floor(drawn() / 60)} minutes`}`;
  const peak = `highest ${short(top)}/s`;
  $("rates-peak").textContent = peak;
  $("rates").setAttribute("aria-label", `${curves.map(c => c.text.textContent).join(", ")}; ${peak}`);
}

// Rows are kept and changed in place, so that focus and selection stay where they are.
function rows(table, items, key, cells, empty) {
  const body = table.tBodies[0];
  const there = new Map([...body.rows].map(r => [r.dataset.key, r]));
  if (items.length === 0) {
    if (body.rows.length !== 1 || body.rows[0].dataset.key !== "") {
      const none = el("tr", { "data-key": "" }, el("td", { colspan: table.tHead.rows[0].cells.length, class: "none" }, empty));
      body.replaceChildren(none);
    }
    return;
  }
  there.get("")?.remove();
  items.forEach((item, at) => {
    const k = key(item);
    let row = there.get(k);
    if (!row) {
      row = el("tr", { "data-key": k });
      [...table.tHead.rows[0].cells].forEach(head => row.append(el("td", { class: head.className })));
    }
    there.delete(k);
    if (body.rows[at] !== row) body.insertBefore(row, body.rows[at] ?? null);
    cells(item).forEach((cell, i) => {
      const td = row.cells[i];
      if (typeof cell === "function") cell(td, item);
      else if (td.textContent !== String(cell ?? "")) td.textContent = cell ?? "";
    });
  });
  there.forEach((row, k) => k !== "" && row.remove());
}

const pill = (word, kind) => td => {
  const now = td.firstElementChild;
  if (now?.textContent === word && now.className === `pill ${kind}`) return;
  td.replaceChildren(el("span", { class: `pill ${kind}` }, word));
};
const open = (what, name) => td => {
  if (td.firstElementChild?.textContent === name) return;
  td.replaceChildren(el("button", { type: "button", class: "name", title: name, onclick: () => show({ [what]: name }) }, name));
};
const gauge = (value, max, label) => td => {
  let meter = td.querySelector("meter");
  if (!meter) {
    meter = el("meter", { min: 0 });
    td.replaceChildren(meter, el("span"));
  }
  meter.max = Math.max(max, 1);
  meter.value = value;
  meter.setAttribute("aria-label", `${label}: ${value} of ${max}`);
  td.lastElementChild.textContent = ` ${short(value)} / ${short(max)}`;
};
const stateKind = { up: "good", down: "bad", draining: "warn", drained: "warn", disabled: "" };
const breakerKind = { closed: "good", open: "bad", "half-open": "warn" };
const provider = (look, name) => look.providers.find(p => p.provider === name);
const outcome = (name, ...kinds) => look => kinds.reduce((sum, kind) => sum + (provider(look, name)?.outcomes?.[kind] ?? 0), 0);

function drawTables(look) {
  rows($("providers"), look.providers, p => p.provider, p => [
    open("provider", p.provider), p.state === "up" && recent(outcome(p.provider, "throttled"), 10) > 0 ? pill("throttled", "warn") : pill(p.state, stateKind[p.state] ?? ""), p.breaker ? pill(p.breaker, breakerKind[p.breaker] ?? "") : "",
    `${p.sessions?.open ?? 0} / ${p.sessions?.wanted ?? 0}`, gauge(p.inFlight, p.window, `${p.provider} in flight`),
    short(recent(outcome(p.provider, "sent"))), short(recent(outcome(p.provider, "failed", "unknown", "refused"))), short(recent(outcome(p.provider, "throttled"))),
    span(p.latencySeconds?.p50), span(p.latencySeconds?.p99), short(p.waiting ?? 0),
    td => {
      const act = p.state === "draining" || p.state === "drained" ? "Resume" : p.state === "disabled" ? "" : "Drain";
      if (td.textContent === act) return;
      td.replaceChildren(...(act ? [el("button", { type: "button", "aria-label": `${act} ${p.provider}`, onclick: () => ask(p.provider, act.toLowerCase()) }, act)] : []));
    },
  ], "No provider yet: PUT /admin/providers/{name}.");

  const wanted = filter.toLowerCase();
  const lanes = look.lanes.filter(l => !wanted || [l.tenant, l.provider, l.purpose].some(w => w?.toLowerCase().includes(wanted)));
  rows($("lanes"), lanes.slice(0, 200), l => `${l.tenant}|${l.provider}|${l.purpose}|${l.priority}`, l => [
    open("tenant", l.tenant), l.provider ?? "–", l.purpose, l.priority, short(l.waiting), span(l.oldestSeconds)], wanted ? "Nothing that waits matches." : "Nothing waits.");

  const verdicts = look.messages.filter(m => m.reason).sort((a, b) => b.count - a.count);
  rows($("verdicts"), verdicts, m => `${m.status}|${m.reason}`, m => [
    m.status, m.reason, short(60 * recent(l => l.messages.find(o => o.status === m.status && o.reason === m.reason)?.count ?? 0, 60)), short(m.count)], "Everything simply left.");
  rows($("limits"), look.limits, l => `${l.whose}|${l.limit}`, l => [l.whose, l.limit, short(l.lanes)], "No limit holds anything back.");
}

function facts(list, pairs) {
  list.replaceChildren(...pairs.filter(([, value]) => value != null).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value))]));
}

function drawRest(look) {
  const journal = look.journal;
  const commits = recent(l => l.journal.commits);
  facts($("journal"), [
    ["State", journal.fault ?? "writing"], ["Commits", `${short(commits)}/s`], ["Entries a commit", commits ? short(recent(l => l.journal.entries) / commits) : "–"],
    ["Commit p50", span(journal.commitSeconds?.p50)], ["Commit p99", span(journal.commitSeconds?.p99)], ["Write-ahead log", bytes(journal.walBytes)],
    ["Receipts awaited", short(look.receipts.awaited)], ["of no message", short(look.receipts.unmatched)]]);
  $("s-kafka").hidden = !look.kafka;
  if (look.kafka) drawKafka(look.kafka);
  facts($("silos"), look.silos.flatMap(s => [[s.silo, `${s.status}, ${s.shards} shards, ${short(s.waiting)} waiting`]]));
  if ($("shards").children.length !== 64) $("shards").replaceChildren(...Array.from({ length: 64 }, () => el("li")));
  const owned = new Map(look.shards.map(s => [s.shard, s]));
  [...$("shards").children].forEach((li, i) => {
    const shard = owned.get(i);
    const text = shard ? `shard ${i}: ${number.format(shard.waiting)} waiting` : `shard ${i}: no owner`;
    li.className = !shard ? "lost" : shard.waiting === 0 ? "" : shard.waiting >= 1000 ? "many" : "some";
    if (li.title !== text) {
      li.title = text;
      li.replaceChildren(el("span", { class: "hid" }, text));
    }
  });

  const down = look.providers.filter(p => p.state === "down" || p.breaker === "open").map(p => p.provider);
  const [word, kind] = look.notReady ? [`not ready: ${look.notReady}`, "bad"] : down.length ? [`trouble at ${down.join(", ")}`, "warn"] : ["all is well", "good"];
  if ($("state").textContent !== word) $("state").textContent = word;
  $("state").className = `pill ${kind}`;
  $("facts").textContent = `up ${span(look.uptimeSeconds)} · ${look.silos.length} silo${look.silos.length === 1 ? "" : "s"} · ${bytes(look.memoryBytes)} · garbage collection ${((look.gcPauseRatio ?? 0) * 100).toFixed(1)} %`;
}

function drawKafka(kafka) {
  facts($("kafka"), [
    ["Brokers", kafka.trouble ?? "answering"], ["Lag", kafka.lag == null ? "not known now" : short(kafka.lag)], ["Records", `${short(recent(l => l.kafka?.records ?? 0))}/s`],
    ["Slices", `${short(recent(l => l.kafka?.slices ?? 0))}/s`], ["Read and not settled", short(kafka.inFlight)], ["Partitions paused", `${kafka.paused.busy} busy, ${kafka.paused.tenantFull} of full tenants`],
    ["Repeats", short(kafka.repeats)], ["Dead letters", short(kafka.deadLetters)], ["Written", `${short(recent(l => l.kafka?.produced ?? 0))}/s`],
    ["Producer's queue", short(kafka.producerQueue)], ["Topics of events behind", short(kafka.topicsBehind)]]);
}

function show(what) {
  shown = what;
  $("detail-said").textContent = "";
  drawDetail();
  $("detail").showModal();
}

function drawDetail() {
  const look = history.at(-1);
  if (!shown || !look) return;
  if (shown.provider) {
    const p = provider(look, shown.provider);
    $("detail-title").textContent = `Provider ${shown.provider}`;
    if (!p) return facts($("detail-facts"), [["State", "gone"]]);
    facts($("detail-facts"), [
      ["Kind", p.kind], ["State", p.state], ["Breaker", p.breaker], ["Sessions", `${p.sessions?.open ?? 0} of ${p.sessions?.wanted ?? 0}`], ["In flight", `${p.inFlight} of ${p.window}`],
      ["Not kept yet", p.unkept], ["Throttled now", p.throttled ? "yes" : "no"], ["Waiting", number.format(p.waiting ?? 0)], ["Latency p50", span(p.latencySeconds?.p50)], ["Latency p99", span(p.latencySeconds?.p99)],
      ...Object.entries(p.outcomes ?? {}).map(([kind, count]) => [kind[0].toUpperCase() + kind.slice(1), number.format(count)]), ["Last error", p.lastError],
      ["That was", p.lastErrorAt && `${span((Date.parse(look.at) - Date.parse(p.lastErrorAt)) / 1000)} ago, ${p.lastErrorAt.slice(0, 19).replace("T", " ")} UTC`]]);
    acts([["drain", p.state === "up" || p.state === "down"], ["resume", p.state === "draining" || p.state === "drained"]].filter(([, may]) => may)
      .map(([act]) => [act === "drain" ? "Drain" : "Resume", () => ask(p.provider, act)]));
  } else {
    const lanes = look.lanes.filter(l => l.tenant === shown.tenant);
    $("detail-title").textContent = `Tenant ${shown.tenant}`;
    facts($("detail-facts"), [
      ["Waiting", number.format(lanes.reduce((sum, l) => sum + l.waiting, 0))],
      ...lanes.slice(0, 20).map(l => [`${l.purpose}, ${l.priority}${l.provider ? `, ${l.provider}` : ""}`, `${number.format(l.waiting)}, oldest ${span(l.oldestSeconds)}`]),
      ...look.limits.filter(l => l.whose === shown.tenant || l.whose.startsWith(`${shown.tenant} `)).map(l => ["Limit reached", l.limit])]);
    acts([]);
  }
}

function acts(list) {
  const box = $("detail-acts");
  if (box.textContent === list.map(([word]) => word).join("")) return;
  box.replaceChildren(...list.map(([word, act]) => el("button", { type: "button", onclick: act }, word)));
}

async function ask(name, act) {
  if (act === "drain" && !confirm(`Drain ${name}? It gets nothing new; what waits goes to the next provider of its route.`)) return;
  const answer = await fetch(`/admin/providers/${encodeURIComponent(name)}/${act}`, { method: "POST" });
  const said = answer.ok ? `${name}: ${act} asked for` : (await answer.json().catch(() => ({}))).detail ?? `${act}: ${answer.status}`;
  $("detail-said").textContent = said;
  if (!$("detail").open) $("facts").textContent = said;
}

function take(look) {
  history.push(look);
  if (history.length > kept) history.shift();
  if (document.hidden) return;
  tiles.forEach(tile => tile());
  drawRates();
  drawTables(look);
  drawRest(look);
  if ($("detail").open) drawDetail();
}

function enter(fault = "") {
  stream?.close();
  stream = null;
  $("board").hidden = true;
  $("leave").hidden = true;
  $("enter").hidden = false;
  $("entry-fault").textContent = fault;
  $("state").textContent = "signed out";
  $("state").className = "pill";
  $("key").focus();
}

function watch() {
  $("enter").hidden = true;
  $("board").hidden = false;
  $("leave").hidden = false;
  stream = new EventSource("/admin/live");
  stream.onmessage = event => take(JSON.parse(event.data));
  stream.onerror = async () => {
    $("state").textContent = "no connection; trying again";
    $("state").className = "pill bad";
    if (stream?.readyState === EventSource.CLOSED) {
      const answer = await fetch("/dashboard/session").catch(() => null);
      if (answer?.status === 401) enter("Sign in again.");
      else setTimeout(() => stream && watch(), 2000);
    }
  };
}

$("enter").addEventListener("submit", async event => {
  event.preventDefault();
  const answer = await fetch("/dashboard/session", { method: "POST", headers: { Authorization: `Bearer ${$("key").value.trim()}` } }).catch(() => null);
  $("key").value = "";
  if (answer?.ok) watch();
  else $("entry-fault").textContent = answer ? "This key opens nothing here: it must be an operator's or support's." : "No connection.";
});
$("leave").addEventListener("click", async () => {
  await fetch("/dashboard/session", { method: "DELETE" });
  history.length = 0;
  enter();
});
$("lane-filter").addEventListener("input", event => {
  filter = event.target.value;
  if (history.length) drawTables(history.at(-1));
});
$("detail").addEventListener("close", () => { shown = null; });

const session = await fetch("/dashboard/session").catch(() => null);
if (session?.ok) watch();
else enter();
