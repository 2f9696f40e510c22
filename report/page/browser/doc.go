// Package browser holds no code but a test: it opens the pages that package
// report makes in a real browser. It is a module of its own, so that what
// drives the browser is nothing that users of handoff download.
package browser
