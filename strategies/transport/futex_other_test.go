//go:build !linux

package transport

// patientBell has nothing to add.
type patientBell struct{ bell }
