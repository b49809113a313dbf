// Everything here is a convenience: each page works without it.
"use strict";

const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

// A form that takes a moment says so, and cannot be sent twice.
for (const form of all("form[data-busy]")) {
  const button = form.querySelector("button[type=submit]");
  const status = form.querySelector("[data-busy-status]");
  form.addEventListener("submit", () => {
    // After this turn of the event loop, so that the form itself is still sent.
    setTimeout(() => {
      button.disabled = true;
      form.setAttribute("aria-busy", "true");
      status.textContent = form.dataset.busy;
    }, 0);
  });
  // The browser may bring the page back as it was left.
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    form.removeAttribute("aria-busy");
    status.textContent = "";
  });
}

// How many characters are left, counted as people count them.
for (const area of all("textarea[data-counter]")) {
  const output = document.getElementById(area.dataset.counter);
  const limit = Number(area.dataset.max);
  const show = () => {
    const count = Array.from(area.value).length;
    const isOver = count > limit;
    output.textContent = isOver
      ? `${(count - limit).toLocaleString("ja-JP")}文字超えています（${limit.toLocaleString("ja-JP")}文字まで）`
      : `${count.toLocaleString("ja-JP")} / ${limit.toLocaleString("ja-JP")}文字`;
    output.classList.toggle("field__count--over", isOver);
  };
  area.addEventListener("input", show);
  show();
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      area.form.requestSubmit();
    }
  });
}

// Copying: the clipboard interface needs HTTPS, an office network often has none.
const copy = async (text) => {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const status = button.closest("article, section").querySelector("[data-copy-status]");
  const isCopied = await copy(source.value ?? source.textContent).catch(() => false);
  button.focus();
  const isUnchecked = button.closest("[data-turn]")?.querySelector(".check--unconfirmed");
  const copied = isUnchecked ? "コピーしました（未確認）。使う前に、資料で確かめてください" : "コピーしました";
  status.textContent = isCopied ? copied : "コピーできませんでした。文章を選んでコピーしてください";
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
// Print what is folded away, and fold it again.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = all("main details:not([open])");
  for (const details of opened) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
});

// Menus and small forms that unfold close with Escape, and when the person goes elsewhere.
const MENU = "details.account-menu, details[data-popover]";
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest(`:is(${MENU})[open]`);
  if (!menu) return;
  event.stopPropagation();
  menu.open = false;
  menu.querySelector("summary").focus();
}, true);
document.addEventListener("click", (event) => {
  for (const menu of all(MENU)) if (!menu.contains(event.target)) menu.open = false;
});
for (const menu of all("details.account-menu")) {
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}

// A link to share is whole, wherever this application is served from.
for (const field of all("[data-absolute]")) {
  field.value = new URL(field.value, window.location.origin).href;
  field.addEventListener("focus", () => field.select());
}

// Nothing that was typed stays on a shared computer once its user has signed out.
for (const form of all('form[action="/signout"]')) {
  form.addEventListener("submit", () => {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith("yorisoi.")) localStorage.removeItem(key);
    } catch {
      // No storage, nothing stored.
    }
  });
}

// What went wrong is read first.
document.querySelector("[data-focus]")?.focus();

// The page for the start-up: look now and then, and go on when it is ready.
for (const place of all("[data-wait-ready]")) {
  const message = place.querySelector("[data-wait-message]");
  const look = async () => {
    try {
      const response = await fetch(place.dataset.waitReady, { headers: { Accept: "application/json" } });
      const state = await response.json();
      if (state.status !== "starting") {
        window.location.replace("/");
        return;
      }
      if (state.message && message.textContent !== state.message) message.textContent = state.message;
    } catch {
      // The server may be restarting; look again.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 1000);
}

// How far the language model is. Answers do not wait for it, so this is only told. One that is ready
// may fail later; a page that nobody looks at does not ask.
const WRITING_LINES = {
  ready: "資料の抜粋の上に、資料と照合したAIの文を示します。",
  off: "生成AIは使っていません。資料の抜粋で答えます。",
};
for (const place of all("[data-writing]")) {
  let pause = 5000;
  const look = async () => {
    try {
      if (!document.hidden) {
        const response = await fetch(place.dataset.writing, { headers: { Accept: "application/json" } });
        const model = (await response.json()).language_model;
        const message = WRITING_LINES[model.state] ?? `${model.message}いまは、資料の抜粋でお答えします。`;
        if (place.textContent !== message) place.textContent = message;
        if (model.state === "off") return;
        pause = model.state === "ready" ? 30_000 : 5000;
      }
    } catch {
      // The server may be restarting; look again.
    }
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
}
