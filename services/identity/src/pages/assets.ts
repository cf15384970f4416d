/** One column that fits a narrow window, in the colours that the reader's system has. */
export const style = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: light-dark(#fff, #161616); color: light-dark(#1a1a1a, #ededed); }
a { color: light-dark(#3b5bdb, #91a7ff); }
main { max-width: 24rem; margin: 8vh auto 0; overflow-wrap: anywhere; }
.brand { margin: 0; font-weight: 600; color: light-dark(#3b5bdb, #91a7ff); }
h1 { margin: .25rem 0 1rem; font-size: 1.5rem; line-height: 1.25; }
label { display: block; font-weight: 600; }
input:not([type=hidden], [type=checkbox]) { width: 100%; padding: .6rem; font: inherit; background: light-dark(#fff, #222); color: inherit; border: 1px solid light-dark(#767676, #909090); border-radius: .4rem; }
small, .detail { color: light-dark(#595959, #b0b0b0); }
[type=checkbox] { width: 1.5rem; height: 1.5rem; margin: 0 .5rem 0 0; vertical-align: middle; }
button { width: 100%; margin-top: .75rem; padding: .7rem; font: inherit; font-weight: 600; border: 1px solid light-dark(#3b5bdb, #91a7ff); border-radius: .4rem; background: light-dark(#3b5bdb, #91a7ff); color: light-dark(#fff, #111); cursor: pointer; }
button.quiet { background: none; color: inherit; }
:focus-visible { outline: 3px solid light-dark(#3b5bdb, #91a7ff); outline-offset: 2px; }
[role=alert] { padding: .6rem .8rem; border-left: .3rem solid light-dark(#c92a2a, #ff8787); background: light-dark(#fff5f5, #3b1f1f); }
[role=status] { padding: .6rem .8rem; border-left: .3rem solid light-dark(#2b8a3e, #69db7c); background: light-dark(#ebfbee, #1b3322); }
`

/**
 * The token of a link stands behind \`#\`, which no server and no log sees. Without scripts people copy it from the
 * mail into the field.
 */
export const script = `const token = new URLSearchParams(location.hash.slice(1)).get('token')
const field = document.querySelector('input[name=token]')
if (token && field) {
  field.value = token
  field.closest('p').hidden = true
  history.replaceState(null, '', location.pathname)
}
`
