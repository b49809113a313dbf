// A question that was not sent yet outlives the session: only its text, only on this computer, only
// for the person who typed it, and never beyond signing out (app.js sees to that).
"use strict";

(() => {
  const KEY = "yorisoi.draft";
  const HOURS = 12;
  const chat = document.querySelector("[data-chat]");
  const area = document.querySelector("[data-draft]");
  if (!chat || !area) return;
  const owner = chat.dataset.draftOwner;

  // A browser may refuse storage altogether; then there are no drafts, and nothing else is lost.
  const guarded = (action) => {
    try {
      return action();
    } catch {
      return null;
    }
  };
  const forget = () => guarded(() => localStorage.removeItem(KEY));
  const read = () => guarded(() => JSON.parse(localStorage.getItem(KEY)));
  const keep = (text = area.value) => {
    if (!text.trim()) return forget();
    return guarded(() => localStorage.setItem(KEY, JSON.stringify({ owner, text, at: Date.now() })));
  };

  const draft = read();
  const isOld = draft && Date.now() - draft.at > HOURS * 3600 * 1000;
  if (draft && (draft.owner !== owner || isOld)) forget();
  else if (draft && !area.value.trim()) {
    area.value = draft.text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector("[data-draft-note]").textContent = "書きかけの質問を戻しました。";
  }
  area.addEventListener("input", () => keep());
  // Sent by a plain form: the page that comes next has it, or shows it with what was wrong.
  window.yorisoi = { ...window.yorisoi, forgetDraft: forget, keepDraft: keep };
})();
