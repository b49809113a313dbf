// Asks without leaving the page: evidence first, then the sentences above it as they are written.
// Without this script the same forms are sent as they are, and the whole answer comes as a page.
"use strict";

(() => {
  const chat = document.querySelector("[data-chat]");
  const composer = document.querySelector("[data-composer]");
  if (!chat || !window.ReadableStream) return;
  const thread = chat.querySelector("[data-thread]");
  const area = composer.querySelector("textarea");
  const sendButton = composer.querySelector("[data-send]");
  const stopButton = composer.querySelector("[data-stop]");
  const status = composer.querySelector("[data-chat-status]");
  const SLOW_MS = 6000;
  const RETRY_MS = [500, 1500, 3000];
  let running = null;

  const say = (text) => {
    status.textContent = text;
  };
  const parse = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstElementChild;
  };
  const setRunning = (run) => {
    running = run;
    sendButton.hidden = run !== null;
    stopButton.hidden = run === null;
    stopButton.disabled = false;
    document.documentElement.toggleAttribute("data-answering", run !== null);
  };

  // --- The events of one answer ---------------------------------------------------------------

  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      let end = rest.indexOf("\n\n");
      while (end >= 0) {
        const lines = rest.slice(0, end).split("\n");
        rest = rest.slice(end + 2);
        const name = lines.find((line) => line.startsWith("event: "));
        const data = lines.find((line) => line.startsWith("data: "));
        if (name && data) yield { name: name.slice(7), data: JSON.parse(data.slice(6)) };
        end = rest.indexOf("\n\n");
      }
    }
  }

  // --- What a turn looks like while it is on its way -------------------------------------------

  const waitingTurn = (question) => {
    const turn = document.getElementById("waiting-turn").content.firstElementChild.cloneNode(true);
    turn.querySelector("[data-asked-text]").textContent = question;
    return turn;
  };

  const fail = (run, message, { isSignedOut = false } = {}) => {
    const { turn } = run;
    turn.removeAttribute("aria-busy");
    const failure = turn.querySelector("[data-failure]");
    if (!failure) {
      say(message);
      return;
    }
    turn.querySelector("[data-waiting]").hidden = true;
    failure.hidden = false;
    failure.querySelector("[data-failure-text]").textContent = message;
    const retry = failure.querySelector("[data-retry]");
    retry.hidden = isSignedOut;
    retry.addEventListener("click", () => {
      turn.remove();
      ask(run.fields, run.isFromComposer);
    });
    const signIn = failure.querySelector("[data-sign-in]");
    signIn.hidden = !isSignedOut;
    signIn.href = `/signin?next=${encodeURIComponent(window.location.pathname)}`;
    say(message);
    if (run.isFromComposer && !area.value.trim()) {
      area.value = run.fields.question;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const showEvidence = (run, html) => {
    const turn = parse(html);
    turn.classList.add("turn--live");
    turn.setAttribute("aria-busy", "true");
    run.turn.replaceWith(turn);
    run.turn = turn;
    run.hasEvidence = true;
    if (run.isFromComposer) window.yorisoi.forgetDraft?.();
    const heading = turn.querySelector("[data-answer-heading]").textContent;
    const count = turn.querySelectorAll(".sources .source").length;
    say(count ? `${heading}。根拠の資料は${count}件です。` : heading);
  };

  const showSentence = (run, text) => {
    const written = run.turn.querySelector("[data-written]");
    if (!written) return;
    const place = written.querySelector("[data-written-text]");
    place.querySelector("[data-written-note]")?.remove();
    const span = document.createElement("span");
    span.dataset.sentence = "";
    span.textContent = text;
    place.append(span);
    written.scrollTop = written.scrollHeight;
    say(text);
  };

  // What changed is put in its place, part by part: the rest does not move, nor does the focus.
  const patch = (turn, html) => {
    const fresh = parse(html);
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const old = turn.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!old || old.isEqualNode(part)) continue;
      const hadFocus = old.contains(document.activeElement);
      const name = document.activeElement?.name;
      old.replaceWith(part);
      if (hadFocus) {
        const next = (name && part.querySelector(`[name="${name}"]`)) || part.querySelector("button, summary");
        next?.focus();
      }
    }
  };

  // Nothing more comes. `note`: what only this page knows, until the server tells it.
  const settle = (run, note = "") => {
    const { turn } = run;
    turn.removeAttribute("aria-busy");
    const written = turn.querySelector("[data-written]");
    if (!written) return;
    const place = written.querySelector("[data-written-note]");
    if (place && note) place.textContent = note;
    if (place && !written.querySelector("[data-sentence]")) say(place.textContent);
    // The room is as high as it was; what is more than fits is a press away.
    const more = written.querySelector("[data-written-more]");
    if (more) more.hidden = written.scrollHeight <= written.clientHeight + 1;
    written.scrollTop = 0;
  };

  thread.addEventListener("click", (event) => {
    const more = event.target.closest("[data-written-more]");
    if (!more) return;
    const written = more.closest("[data-written]");
    more.remove();
    written.classList.remove("written--live");
    written.focus();
  });

  // A conversation that has just begun gets its name above it and its place in the list.
  const begin = (data) => {
    composer.querySelector("[data-conversation]").value = data.conversation_id;
    for (const field of chat.querySelectorAll("[data-conversation-copy]")) field.value = data.conversation_id;
    if (window.location.pathname === data.path) return;
    window.history.replaceState(null, "", data.path);
    const hero = chat.querySelector("[data-hero]");
    if (!hero) return;
    hero.replaceWith(parse(data.header));
    document.title = document.title.replace(/^[^|]*/, `${data.question.slice(0, 40)} `);
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.className = "recent__link";
    link.href = data.path;
    link.setAttribute("aria-current", "true");
    link.textContent = data.question.slice(0, 40);
    item.append(link);
    chat.querySelector("[data-recent]").prepend(item);
  };

  // --- Asking ------------------------------------------------------------------------------------

  const handle = (run, { name, data }) => {
    if (name === "started") {
      run.questionId = data.question_id;
      begin(data);
    } else if (name === "evidence") showEvidence(run, data.html);
    else if (name === "sentence") showSentence(run, data.text);
    else if (name === "completed") {
      if (!run.hasEvidence) showEvidence(run, data.html);
      patch(run.turn, data.html);
      settle(run);
      run.isOver = true;
    } else if (name === "failed") {
      if (run.hasEvidence) settle(run, "AIの文を作れませんでした。下の資料の抜粋が回答です。");
      else fail(run, data.message);
      run.isOver = true;
    }
  };

  // The connection broke: what the server has kept of this answer is asked for a few times.
  const recover = async (run) => {
    if (!run.questionId) {
      fail(run, "接続が切れました。ネットワークを確かめて、もう一度お試しください。");
      return;
    }
    for (const pause of RETRY_MS) {
      say("接続が切れました。続きを確かめています。");
      await new Promise((resolve) => setTimeout(resolve, pause));
      try {
        const html = await fetchTurn(run);
        if (!html) continue;
        if (run.hasEvidence) patch(run.turn, html);
        else showEvidence(run, html);
        settle(run, "接続が切れました。ここまでの回答です。");
        return;
      } catch {
        // Still offline; look again.
      }
    }
    if (run.hasEvidence) settle(run, "接続が切れました。ここまでの回答です。");
    else fail(run, "接続が切れました。ネットワークを確かめて、もう一度お試しください。");
  };

  const open = async (run) => {
    const response = await fetch("/questions/stream", {
      method: "POST",
      body: new URLSearchParams(run.fields),
      headers: { Accept: "text/event-stream, application/json" },
      signal: run.abort.signal,
    });
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    const isSignedOut = response.status === 401;
    if (isSignedOut && run.isFromComposer) {
      area.value = run.fields.question;
      window.yorisoi.keepDraft?.(run.fields.question);
    }
    const message = isSignedOut
      ? "サインインの期限が切れました。書きかけの質問は、この端末に残してあります。"
      : problem.error || "送れませんでした。もう一度お試しください。";
    fail(run, message, { isSignedOut });
    return null;
  };

  const follow = async (run) => {
    const slow = setTimeout(() => {
      const waiting = run.turn.querySelector("[data-waiting-text]");
      if (waiting) waiting.textContent = "時間がかかっています。このままお待ちいただくか、「止める」を押してください。";
    }, SLOW_MS);
    try {
      const response = await open(run);
      if (!response) return;
      for await (const event of events(response)) handle(run, event);
      if (!run.isOver) await recover(run);
    } catch {
      if (run.isStopped) await stopped(run);
      else await recover(run);
    } finally {
      clearTimeout(slow);
    }
  };

  const stopped = async (run) => {
    if (!run.hasEvidence) {
      fail(run, "止めました。");
      return;
    }
    settle(run, "途中で止めました。");
    say("止めました。資料の抜粋は残っています。");
    // What the server has kept, with its label, takes the place of what was on its way.
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS[0]));
    const kept = await fetchTurn(run).catch(() => null);
    if (kept) patch(run.turn, kept);
  };

  const fetchTurn = async (run) => {
    const response = await fetch(`/questions/${run.questionId}/turn`, { headers: { Accept: "application/json" } });
    return response.ok ? (await response.json()).html : null;
  };

  async function ask(fields, isFromComposer) {
    if (running) return;
    const run = { fields, isFromComposer, abort: new AbortController(), turn: waitingTurn(fields.question) };
    for (const intro of chat.querySelectorAll("[data-intro]")) intro.hidden = true;
    for (const old of thread.querySelectorAll(".turn--live")) old.classList.remove("turn--live");
    composer.classList.add("composer--docked");
    thread.append(run.turn);
    run.turn.scrollIntoView({ block: "start" });
    setRunning(run);
    say("資料を探しています。");
    await follow(run);
    setRunning(null);
  }

  const fieldsOf = (form) => Object.fromEntries(new FormData(form));

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-ask]");
    if (!form || event.defaultPrevented) return;
    const fields = fieldsOf(form);
    const isFromComposer = form === composer;
    if (!fields.question.trim()) {
      if (isFromComposer) {
        event.preventDefault();
        say("質問を入力してください");
        area.focus();
      }
      return;
    }
    event.preventDefault();
    fields.conversation = composer.querySelector("[data-conversation]").value;
    if (running) return;
    if (isFromComposer) {
      area.value = "";
      area.dispatchEvent(new Event("input", { bubbles: true }));
      window.yorisoi.keepDraft?.(fields.question);
    }
    ask(fields, isFromComposer);
  });

  const stop = () => {
    if (!running) return;
    running.isStopped = true;
    stopButton.disabled = true;
    running.abort.abort();
    area.focus({ preventScroll: true });
  };
  stopButton.addEventListener("click", stop);

  // --- Small forms within a turn: the answer's own state ---------------------------------------

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-patch]");
    if (!form) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
    const turn = form.closest("[data-turn]");
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const reply = await response.json();
      if (!response.ok) throw new Error(reply.error);
      patch(turn, reply.html);
      say("記録しました");
    } catch (error) {
      const place = turn.querySelector("[data-copy-status]");
      place.textContent = error.message && !(error instanceof TypeError) ? error.message : "記録できませんでした。ネットワークを確かめてください";
    }
  });

  // --- Offline -----------------------------------------------------------------------------------

  const offline = chat.querySelector("[data-offline]");
  const showNetwork = () => {
    offline.hidden = navigator.onLine;
    sendButton.disabled = !navigator.onLine;
  };
  window.addEventListener("online", showNetwork);
  window.addEventListener("offline", showNetwork);
  showNetwork();

  window.yorisoi = { ...window.yorisoi, stop };
})();
