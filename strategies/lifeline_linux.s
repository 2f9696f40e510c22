// Empty on purpose: with an assembly file, functions without a body may be declared,
// as those of lifeline_linux.go that the runtime has.
