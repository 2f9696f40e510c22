package analysis

const codecBench = "Codec"

// NewCodecs computes what each codec takes to encode and to decode an item and
// its result over the bytes that they carry, without a process: one item a
// message. It is the numbers behind the picture "codec". The error is a
// *MissingError that names what the file lacks.
func NewCodecs(all []*Matrix) (*Payload, error) {
	m := benchmark(all, codecBench)
	if m == nil {
		return nil, &MissingError{"codec", "benchmark " + codecBench}
	}
	p := &Payload{
		Bench: m.Bench,
		Words: "Time to encode and to decode an item and its result, one item a message, without a process, over the bytes that they carry.",
	}
	for _, shape := range m.workValues("shape") {
		panel := PayloadPanel{Shape: shape}
		for _, codec := range m.workValues("codec") {
			if line := m.codecLine(shape, codec); len(line.Points) > 1 {
				panel.Lines = append(panel.Lines, line)
			}
		}
		if len(panel.Lines) > 0 {
			p.Panels = append(p.Panels, panel)
		}
	}
	if len(p.Panels) == 0 {
		return nil, &MissingError{"codec", "codec both ways at two payloads, one item a message, in " + m.Bench}
	}
	return p, nil
}

// codecLine has the looks of the strategy that has the codec behind a pipe.
func (m *Matrix) codecLine(shape, codec string) PayloadLine {
	line := PayloadLine{Column: Column{Strategy: "process-" + codec, Name: codec, Label: codec}}
	for _, payload := range m.workValues("payload") {
		line.add(payload, m.bothWays(shape, codec, payload))
	}
	line.Knee = knee(line.Points)
	return line
}

// bothWays adds the times of encoding and of decoding up, round by round.
func (m *Matrix) bothWays(shape, codec, payload string) times {
	ways := map[string]times{}
	for _, c := range m.ordered() {
		w := c.Work
		if w.Key("shape") == shape && w.Key("codec") == codec && w.Key("payload") == payload && w.Key("batch") == "1" {
			ways[w.Key("way")] = c.byKey(MetricItem)
		}
	}
	sum := times{}
	for key, encode := range ways["encode"] {
		if decode, ok := ways["decode"][key]; ok {
			sum[key] = encode + decode
		}
	}
	return sum
}
