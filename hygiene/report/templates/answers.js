
(() => {
  "use strict";
  const island = document.getElementById("questions");
  if (!island) return;
  const page = JSON.parse(island.textContent);
  const bar = document.querySelector(".answers");
  const template = document.getElementById("answer-form");
  const TYPED = ["decision", "justification", "target_date", "ticket"];
  const DECISIONS = [...template.content.querySelectorAll("[name=decision]")].map((choice) => choice.value);
  const KEPT_AGAINST = ["remove", "investigate"];
  const PRIVILEGED = ["critical", "high"];

  // Cells of decisions.csv; hygiene/report/cells.py says the same.
  const SPACE = "[\\t\\n \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  const DANGEROUS = new RegExp(`^'*(?:${SPACE}*[=+\\-@]|[\\t\\n])`);
  const cleaned = (text) => text.replace(/\r\n?/g, "\n").replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "\ufffd").trim();
  const guarded = (text) => (DANGEROUS.test(text) ? `'${text}` : text);
  const unguarded = (cell) => (cell.startsWith("'") && DANGEROUS.test(cell.slice(1)) ? cell.slice(1) : cell);
  const asLine = (cells) => `"${cells.map((cell) => cell.replaceAll('"', '""')).join('","')}"\n`;

  // A question is a row of decisions.csv and its place on this page; `typed` is what this browser holds for it.
  const column = Object.fromEntries(page.columns.map((name, at) => [name, at]));
  const questions = [...document.querySelectorAll("tbody.role")].flatMap((item, at) => {
    if (!page.rows[at]) return [];
    const [severity, ...cells] = page.rows[at];
    return [{ item, severity, cells, typed: null }];
  });
  const cellOf = (question, name) => question.cells[column[name]];
  const byItem = new Map(questions.map((question) => [question.item, question]));
  const needed = questions.filter((question) => cellOf(question, "needs_decision") === "yes");
  const fromFile = (question) => Object.fromEntries(TYPED.map((name) => [name, unguarded(cellOf(question, name))]));
  const isAnswered = (question) => Boolean(question.typed?.decision);
  const answerOf = (question) => (isAnswered(question) ? question.typed : fromFile(question));
  const isUnsent = (question) => isAnswered(question) && !question.typed.downloaded;

  // What people type is kept in this browser, by review and role, until they say otherwise.
  const shelf = (() => {
    try {
      const store = window.localStorage;
      store.setItem("role-hygiene", "");
      store.removeItem("role-hygiene");
      return store;
    } catch {
      return null;
    }
  })();
  let isKept = Boolean(shelf);
  const keyOf = (question) => `role-hygiene ${page.review} ${cellOf(question, "role_arn")}`;
  const reviewerKey = `role-hygiene ${page.review} reviewer`;
  const keep = (key, value) => {
    if (!shelf) return;
    try {
      value ? shelf.setItem(key, value) : shelf.removeItem(key);
      isKept = true;
    } catch {
      isKept = false;
    }
  };
  const recalled = (question) => {
    try {
      const kept = JSON.parse(shelf?.getItem(keyOf(question)) ?? "null");
      if (!kept) return null;
      const words = Object.fromEntries([...TYPED, "row_sha256", "from", "was"].map((name) => [name, String(kept[name] ?? "")]));
      if (!DECISIONS.includes(words.decision)) words.decision = "";
      return { ...words, downloaded: kept.downloaded === true };
    } catch {
      return null;
    }
  };
  const recall = (question) => {
    const kept = question.typed = recalled(question);
    if (!kept) return;
    const there = fromFile(question);
    const fingerprint = cellOf(question, "row_sha256");
    if (TYPED.every((name) => there[name] === kept[name])) store(question, null);
    // The role changed after this was typed: the words stay, the decision has to be given again.
    else if (kept.row_sha256 !== fingerprint) store(question, { ...kept, was: kept.decision || kept.was, decision: "", row_sha256: fingerprint });
  };
  const store = (question, typed) => {
    question.typed = typed;
    keep(keyOf(question), typed && JSON.stringify(typed));
  };

  // What `hygiene decisions import` refuses, said before the file is sent; hygiene/review/answers/judge.py is the rule.
  const groupKey = (question) => `${cellOf(question, "group_id")} ${answerOf(question).decision}`;
  const whyJustify = (question, answer, alike) => {
    const suggestion = cellOf(question, "suggestion");
    if (answer.decision === "keep" && KEPT_AGAINST.includes(suggestion)) return `the role is kept although the review suggests ${suggestion}`;
    if (answer.decision === "keep" && PRIVILEGED.includes(question.severity)) return `a role with a ${question.severity} finding is kept as it is`;
    if (alike.get(groupKey(question)) > 1) return "the same answer is given for several roles of one group";
    return "";
  };
  const countAlike = () => {
    const alike = new Map();
    for (const question of questions) {
      if (answerOf(question).decision) alike.set(groupKey(question), (alike.get(groupKey(question)) || 0) + 1);
    }
    return alike;
  };
  const problemOf = (question, alike) => {
    if (!isAnswered(question)) return "";
    const answer = question.typed;
    const why = whyJustify(question, answer, alike);
    if (why && !answer.justification) return `Write a justification: ${why}.`;
    if (answer.target_date && answer.target_date < page.asOf) return `The target date lies before the review itself (${page.asOf}).`;
    return "";
  };

  // The form of a role is made when its card is opened, so that a thousand roles cost one form.
  const nameOf = (question) => question.item.querySelector("th a").textContent;
  // What is right for roles nobody uses is wrong for their twin in use: a group answer stays with one suggestion.
  const sameGroup = (question) => needed.filter((other) => other !== question && ["group_id", "suggestion"].every((name) => cellOf(other, name) === cellOf(question, name)));
  const follows = (other, question) => !isAnswered(other) || other.typed.from === cellOf(question, "role_arn");
  const fill = (question) => {
    const form = question.form;
    if (!form) return;
    const there = question.typed || fromFile(question);
    for (const choice of form.elements.decision) choice.checked = choice.value === there.decision;
    for (const name of TYPED.slice(1)) if (form.elements[name].value !== there[name]) form.elements[name].value = there[name] || "";
  };
  const makeForm = (question) => {
    if (question.form) return question.form;
    question.form = template.content.cloneNode(true).querySelector("form");
    question.item.querySelector(".card").prepend(question.form);
    fill(question);
    question.form.addEventListener("submit", (event) => event.preventDefault());
    question.form.addEventListener("input", () => read(question));
    question.form.querySelector("[data-take-back]").addEventListener("click", () => answer(question, ""));
    question.form.querySelector("[data-group]").addEventListener("click", () => answerGroup(question));
    show(question, countAlike());
    return question.form;
  };
  const read = (question) => {
    const { elements } = question.form;
    const typed = Object.fromEntries(TYPED.map((name) => [name, cleaned(elements[name].value)]));
    change(question, typed);
  };
  const change = (question, given) => {
    const there = fromFile(question);
    const isSame = TYPED.every((name) => there[name] === given[name]);
    store(question, isSame ? null : { ...given, row_sha256: cellOf(question, "row_sha256") });
    refresh();
  };
  const answer = (question, decision) => {
    const there = fromFile(question);
    const words = decision || !there.decision ? question.typed || there : there;
    change(question, { ...Object.fromEntries(TYPED.map((name) => [name, words[name]])), decision: decision || there.decision });
    fill(question);
    if (problemOf(question, countAlike())) {
      question.item.querySelector("details").open = true;
      makeForm(question).elements.justification.focus();
    }
  };
  const answerGroup = (question) => {
    const others = sameGroup(question);
    if (!others.length) return say("No other role of its group needs a decision on this page.");
    if (!isAnswered(question)) return say("Answer this role first; then the others of its group can follow.");
    const followers = others.filter((other) => follows(other, question));
    for (const other of followers) {
      store(other, { ...question.typed, from: cellOf(question, "role_arn"), row_sha256: cellOf(other, "row_sha256"), downloaded: false });
      fill(other);
    }
    refresh();
    const rest = others.length - followers.length;
    say(`${question.typed.decision} for ${roles(followers.length + 1)} of the group.${rest ? ` ${rest} kept the answer they had.` : ""}`);
  };

  // What stands in a row, in its form and in the bar.
  const roles = (number) => `${number} role${number === 1 ? "" : "s"}`;
  const say = (text) => { bar.querySelector("[data-said]").textContent = text; };
  const show = (question, alike) => {
    const problem = problemOf(question, alike);
    const verdict = question.item.rows[0].cells[1];
    let mine = verdict.querySelector(".mine");
    const words = isAnswered(question) ? `your answer: ${question.typed.decision}` : question.typed?.was ? "changed since you answered" : "";
    if (words && !mine) verdict.append(mine = Object.assign(document.createElement("small"), { className: "mine" }));
    if (mine) mine.textContent = words;
    mine?.classList.toggle("wrong", Boolean(problem));
    const form = question.form;
    if (!form) return;
    const was = question.typed?.was;
    form.querySelector("[data-hint]").textContent = problem || (was ? `You answered ${was}; the role changed since, so look again.` : "");
    form.elements.justification.required = Boolean(isAnswered(question) && whyJustify(question, question.typed, alike));
    form.querySelector("[data-take-back]").hidden = !isAnswered(question);
    const open = sameGroup(question).filter((other) => follows(other, question)).length;
    const [group, note] = [form.querySelector("[data-group]"), form.querySelector("[data-group-note]")];
    group.hidden = !open || !isAnswered(question);
    note.hidden = !open || isAnswered(question);
    note.textContent = `${open === 1 ? "One other role" : `${open} other roles`} of this page with the same permissions and suggestion can get the same answer.`;
    group.textContent = `Same answer for the ${open === 1 ? "other role" : `${open} other roles`} of this group`;
  };
  const refresh = () => {
    const alike = countAlike();
    questions.forEach((question) => { if (question.typed || question.form || question.item.querySelector(".mine")) show(question, alike); });
    const done = needed.filter(isAnswered).length;
    const more = questions.filter(isAnswered).length - done;
    const unsent = questions.filter(isUnsent).length;
    bar.querySelector("progress").value = done;
    bar.querySelector("[data-done]").textContent = `${done} of ${needed.length} answered${more ? `, and ${more} not asked for` : ""}`;
    bar.querySelector("[data-unsent]").textContent = unsent ? `${unsent} not downloaded yet` : "";
    bar.querySelector("[data-kept]").hidden = !isKept;
    bar.querySelector("[data-not-kept]").hidden = isKept;
    bar.querySelector("[data-forget]").hidden = !questions.some((question) => question.typed);
  };
  const goTo = (question) => {
    question.item.hidden = false;
    const details = question.item.querySelector("details");
    details.open = true;
    makeForm(question);
    details.querySelector("summary").focus();
    question.item.scrollIntoView({ block: "start" });
  };

  // The file: this page's rows of decisions.csv in their order, the answered ones filled in.
  const reviewer = bar.querySelector("[name=reviewer]");
  const lineOf = (question) => {
    if (!isAnswered(question)) return asLine(question.cells);
    const given = { ...question.typed, reviewer: cleaned(reviewer.value), decided_at: "" };
    return asLine(question.cells.map((cell, at) => (page.columns[at] in given ? guarded(given[page.columns[at]]) : cell)));
  };
  const placeOf = (question) => [cellOf(question, "needs_decision") === "yes" ? "0" : "1", cellOf(question, "account_id"), cellOf(question, "role_arn")];
  const byPlace = (one, other) => {
    const [a, b] = [placeOf(one), placeOf(other)];
    const at = a.findIndex((cell, place) => cell !== b[place]);
    return at < 0 ? 0 : a[at] < b[at] ? -1 : 1;
  };
  const fileOf = () => asLine(page.columns) + [...questions].sort(byPlace).map(lineOf).join("");
  const download = () => {
    const alike = countAlike();
    const wrong = questions.filter((question) => problemOf(question, alike));
    if (wrong.length) {
      goTo(wrong[0]);
      wrong[0].form.elements.justification.focus();
      return say(`Not saved: ${roles(wrong.length)} would be refused. ${nameOf(wrong[0])}: ${problemOf(wrong[0], alike)}`);
    }
    const answered = questions.filter(isAnswered);
    if (!answered.length) return say("There is no answer on this page yet.");
    if (!cleaned(reviewer.value)) {
      reviewer.focus();
      return say("Say who answers: your name or mail address.");
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([fileOf()], { type: "text/csv;charset=utf-8" }));
    link.download = page.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    answered.forEach((question) => store(question, { ...question.typed, downloaded: true }));
    refresh();
    say(`${page.file} holds your ${answered.length === 1 ? "answer" : `${answered.length} answers`}. Now send it to the people who run this review, such as by replying to their mail.`);
  };

  const next = () => {
    const open = needed.filter((question) => !isAnswered(question));
    if (!open.length) return say("Every role that needs a decision on this page has your answer.");
    const shown = open.filter((question) => !question.item.hidden);
    const isAfter = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    const inOrder = (shown.length ? shown : open).sort((a, b) => (isAfter(a.item, b.item) ? -1 : 1));
    const here = document.activeElement.closest("tbody.role");
    goTo(inOrder.find((question) => here && isAfter(here, question.item)) || inOrder[0]);
  };
  const forget = () => {
    const typed = questions.filter((question) => question.typed);
    if (!confirm(`Forget what you typed about ${roles(typed.length)} of this page? It is kept nowhere else but in files you downloaded.`)) return;
    typed.forEach((question) => { store(question, null); fill(question); });
    refresh();
    say("Forgotten.");
  };

  bar.querySelector("[data-download]").addEventListener("click", download);
  bar.querySelector("[data-next]").addEventListener("click", next);
  bar.querySelector("[data-forget]").addEventListener("click", forget);
  reviewer.value = shelf?.getItem(reviewerKey) || "";
  reviewer.addEventListener("input", () => { keep(reviewerKey, cleaned(reviewer.value)); });

  let isPrinting = false;
  addEventListener("beforeprint", () => { isPrinting = true; });
  addEventListener("afterprint", () => { isPrinting = false; });
  document.querySelector("table.roles").addEventListener("toggle", (event) => {
    const question = byItem.get(event.target.closest("tbody.role"));
    if (question && event.target.open && !isPrinting) makeForm(question);
  }, true);
  // keys.js asks for these on a role that has the focus.
  document.addEventListener("hygiene-answer", (event) => {
    const question = byItem.get(event.target.closest?.("tbody.role"));
    const { decision, action } = event.detail;
    if (action === "download") return download();
    if (action === "next") return next();
    if (!question) return;
    action === "group" ? answerGroup(question) : answer(question, decision);
  });
  addEventListener("storage", (event) => {
    const question = questions.find((one) => keyOf(one) === event.key);
    if (!question) return;
    recall(question);
    fill(question);
    refresh();
  });
  let isGoingOn = false;
  document.addEventListener("click", (event) => {
    // Another page of the report shows the same answers, as long as the browser keeps them.
    isGoingOn = isKept && Boolean(event.target.closest?.("a[href]:not([download])"));
    setTimeout(() => { isGoingOn = false; }, 1000);
  });
  addEventListener("beforeunload", (event) => { if (!isGoingOn && questions.some(isUnsent)) event.preventDefault(); });

  document.querySelectorAll("[data-answering]").forEach((part) => { part.hidden = false; });
  bar.querySelector("progress").max = Math.max(needed.length, 1);
  questions.forEach(recall);
  questions.filter((question) => question.item.querySelector("details").open).forEach(makeForm);
  refresh();
})();
