//go:build race

package strategies

// raceEnv makes a worker under the race detector exit at once, and not after
// a second.
const raceEnv = " atexit_sleep_ms=0"
