"use strict";
// Makes every column of every table a button that sorts by it: ascending, then
// descending, then as the table was. Cells with a number come before those
// without, whichever way; the number is in data-number, the text is for people.
const collator = new Intl.Collator("en", {numeric: true});

function compare(a, b, direction) {
	const x = a.dataset.number, y = b.dataset.number;
	if (x !== undefined && y !== undefined) return direction * (Number(x) - Number(y));
	if (x !== undefined || y !== undefined) return x !== undefined ? -1 : 1;
	return direction * collator.compare(a.textContent, b.textContent);
}

const after = {none: "ascending", ascending: "descending", descending: "none"};

function sortBy(table, rows, head) {
	const now = after[head.getAttribute("aria-sort") ?? "none"];
	for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
	let sorted = rows;
	if (now !== "none") {
		head.setAttribute("aria-sort", now);
		const direction = now === "ascending" ? 1 : -1, i = head.cellIndex;
		sorted = [...rows].sort((a, b) => compare(a.cells[i], b.cells[i], direction));
	}
	table.tBodies[0].append(...sorted);
}

for (const table of document.querySelectorAll("table")) {
	const rows = [...table.tBodies[0].rows];
	if (rows.length < 2) continue;
	for (const head of table.tHead.rows[0].cells) {
		const button = document.createElement("button");
		button.type = "button";
		button.title = "sort";
		button.append(...head.childNodes);
		head.append(button);
		button.addEventListener("click", () => sortBy(table, rows, head));
	}
}
