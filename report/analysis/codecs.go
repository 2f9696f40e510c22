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
	ways := m.ways()
	for _, shape := range few(m.workValues("shape"), mostPanels) {
		panel := PayloadPanel{Shape: shape}
		for _, codec := range few(m.workValues("codec"), mostSetups) {
			if line := ways.line(shape, codec, few(m.workValues("payload"), mostSizes)); len(line.Points) > 1 {
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

// way is one half of what a codec does to an item of one kind.
type way struct{ shape, codec, payload, way string }

// ways are the cells of items that travel one a message, the last where there are
// several.
type ways map[way]*Cell

func (m *Matrix) ways() ways {
	all := ways{}
	for _, c := range m.ordered() {
		if w := c.Work; w.Key("batch") == "1" {
			all[way{w.Key("shape"), w.Key("codec"), w.Key("payload"), w.Key("way")}] = c
		}
	}
	return all
}

// line has the looks of the strategy that has the codec behind a pipe.
func (a ways) line(shape, codec string, payloads []string) PayloadLine {
	line := PayloadLine{Column: Column{Strategy: "process-" + codec, Name: codec, Label: codec}}
	for _, payload := range payloads {
		line.add(payload, a.both(shape, codec, payload))
	}
	line.Knee = knee(line.Points)
	return line
}

// both adds the times of encoding and of decoding up, round by round.
func (a ways) both(shape, codec, payload string) times {
	sum := times{}
	encode, decode := a[way{shape, codec, payload, "encode"}], a[way{shape, codec, payload, "decode"}]
	if encode == nil || decode == nil {
		return sum
	}
	other := decode.byKey(MetricItem)
	for key, t := range encode.byKey(MetricItem) {
		if back, ok := other[key]; ok {
			sum[key] = t + back
		}
	}
	return sum
}
