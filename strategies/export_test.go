package strategies

// WithLabelsOnly labels lanes and takes no profile: the smaller part of what
// WithProfile costs.
func WithLabelsOnly() Option {
	return func(o *options) { o.profile, o.labelsOnly = func(ProcessProfile) {}, true }
}
