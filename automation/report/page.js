// Filters the log lines by what is typed, and by the id of a message whose link is followed.
const box = document.getElementById("search");
const lines = [...document.querySelectorAll("#log li")];
const count = document.getElementById("count");

function search() {
  const wanted = box.value.toLowerCase();
  let found = 0;
  for (const line of lines) {
    line.hidden = !line.textContent.toLowerCase().includes(wanted);
    found += line.hidden ? 0 : 1;
  }
  count.textContent = `${found} of ${lines.length} lines`;
}

box.addEventListener("input", search);
for (const link of document.querySelectorAll("[data-search]")) {
  link.addEventListener("click", () => {
    box.value = link.dataset.search;
    search();
  });
}
search();
