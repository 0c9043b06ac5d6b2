import { html } from "hono/html";
import type { MemberVisit } from "../members.ts";
import { breadcrumbs, type Crumb, type Html, type Page } from "./layout.ts";

export function memberLoginPage(error: string | null): Page {
  return {
    title: "Members’ sign-in",
    body: html`<section class="narrow member-login">
      <p class="eyebrow">Members’ area</p>
      <h1>Sign in</h1>
      ${error === null ? "" : html`<p id="login-error" class="login-error" role="alert">${error}</p>`}
      <form class="login" method="post" action="/members/login">
        <label>Member <input name="user" autocomplete="username" required /></label>
        <label>Password <input type="password" name="password" autocomplete="current-password" required /></label>
        <button class="button">Sign in</button>
      </form>
      <p class="hint">A member can be signed in on one device at a time.</p>
    </section>`,
  };
}

export function memberPage(visit: MemberVisit): Page {
  return membersPage(
    visit,
    "Members’ area",
    [],
    html`<section class="hero member-hero">
        <div>
          <p class="eyebrow">Members’ area</p>
          <h1>Hello, <span id="member-name">${visit.user}</span></h1>
          <p class="lead">Look up any article. We keep your last search until you search again.</p>
          ${searchBox("")}
        </div>
        <img src="/images/hero.svg" alt="" width="800" height="500" />
      </section>
      <div class="member-tiles">
        <a class="tile" href="/members/result"><strong>Last article</strong><span>What you looked up last</span></a>
        <a class="tile" href="/members/preference"><strong>Preferences</strong>${kept(visit)}</a>
        <p class="tile">
          <strong>This browser</strong><span id="member-stored" data-login="${visit.user}#${visit.login}"></span>
        </p>
      </div>
      <form method="post" action="/members/logout"><button class="button quiet">Sign out</button></form>`,
  );
}

const kept = ({ preferences }: MemberVisit): Html => {
  const count = Object.keys(preferences).length;
  return html`<span>${count === 0 ? "None kept yet" : `${count} kept in this browser`}</span>`;
};

/** A page of the members' area; `below` leads from it to the page. */
export function membersPage(visit: MemberVisit, title: string, below: readonly Crumb[], body: Html): Page {
  return {
    title,
    member: visit.user,
    body: html`${breadcrumbs([{ name: "Members’ area", href: "/members" }, ...below])} ${body}`,
  };
}

export const searchBox = (sku: string): Html =>
  html`<form class="lookup" method="post" action="/members/search">
    <input name="sku" value="${sku}" placeholder="OUT-00001" aria-label="Article number" required />
    <button class="button">Look up</button>
  </form>`;
