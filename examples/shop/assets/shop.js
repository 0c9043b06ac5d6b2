// The visitor id goes to localStorage once; what was stored first stays, so a leak between visitors shows.
const text = (id, value) => {
  document.getElementById(id).textContent = value;
};
if (localStorage.getItem("visitor") === null) {
  localStorage.setItem("visitor", document.getElementById("visitor").textContent);
}
text("visitor-stored", localStorage.getItem("visitor"));
text("user-agent", navigator.userAgent);

// A member's login goes there too; the page shows what was stored on arrival, so a state that wasn't carried along shows.
const stored = document.getElementById("member-stored");
if (stored !== null) {
  stored.textContent = localStorage.getItem("member-login") ?? "New to us";
  localStorage.setItem("member-login", stored.dataset.login);
}

if (matchMedia("(max-width: 800px)").matches) document.querySelector(".filter-drawer")?.removeAttribute("open");
document.querySelector("form.sort select")?.addEventListener("change", (event) => event.target.form.requestSubmit());

/** Appends the next cards and points `trigger` at those after them; takes it away after the last. */
async function appendNext(trigger) {
  const list = document.querySelector("ul.products");
  const answer = await fetch(trigger.dataset.next);
  if (!answer.ok) throw new Error(`The next products answered ${answer.status}`);
  list.insertAdjacentHTML("beforeend", await answer.text());
  const next = answer.headers.get("X-Next");
  if (next !== null) {
    trigger.dataset.next = next;
    return true;
  }
  trigger.remove();
  list.dataset.complete = "true";
  return false;
}

const button = document.querySelector("button.load-more");
button?.addEventListener("click", () => {
  button.disabled = true;
  void appendNext(button).finally(() => {
    button.disabled = false;
  });
});

const sentinel = document.querySelector(".scroll-sentinel");
if (sentinel !== null) {
  const observer = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    observer.unobserve(sentinel);
    // Observing anew reports again when the end of the list is still in view.
    void appendNext(sentinel).then((more) => more && observer.observe(sentinel));
  });
  observer.observe(sentinel);
}
