// The page of a source beside the answer, and what the keyboard does. Every key has a modifier, so
// that nobody who dictates or types triggers one.
"use strict";

(() => {
  const preview = document.getElementById("preview");
  const help = document.getElementById("shortcuts");
  if (!preview?.showModal) return;
  const body = preview.querySelector("[data-preview-body]");
  let opener = null;

  const show = async (link) => {
    opener = link;
    body.textContent = "読み込んでいます…";
    preview.showModal();
    try {
      const response = await fetch(`${link.getAttribute("href")}?part=true`, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      body.innerHTML = await response.text();
      body.focus({ preventScroll: true });
      (body.querySelector("mark") ?? body).scrollIntoView({ block: "center" });
    } catch {
      body.textContent = "ページを開けませんでした。ネットワークを確かめて、もう一度お試しください。";
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-preview]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link);
  });
  preview.addEventListener("close", () => opener?.focus());
  // A click beside the panel closes it, as people expect.
  for (const dialog of [preview, help]) {
    dialog?.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }

  const newestTurn = () => Array.from(document.querySelectorAll("[data-turn]")).at(-1);
  const actions = {
    KeyQ: () => document.getElementById("question")?.focus(),
    KeyA: () => newestTurn()?.querySelector("[data-answer-heading]")?.focus(),
    KeyP: () => {
      const link = newestTurn()?.querySelector("a[data-preview]");
      if (link) show(link);
    },
    KeyC: () => newestTurn()?.querySelector("[data-copy]")?.click(),
    KeyN: () => window.location.assign("/"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.ctrlKey && event.key === "/") {
      event.preventDefault();
      if (help && !help.open) help.showModal();
    } else if (event.altKey && !event.ctrlKey && !event.shiftKey && actions[event.code] && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      actions[event.code]();
    } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) window.yorisoi?.stop?.();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-shortcuts]")) help.showModal();
  });
})();
