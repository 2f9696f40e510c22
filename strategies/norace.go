//go:build !race

package strategies

const raceEnv = ""
