package verdict

import (
	"encoding/json"
	"math"
)

// Document is the table as JSON. A number that there is not (too few samples, no floor
// measured) is null. It only ever gains fields; Version changes when one changes its
// meaning.
type Document struct {
	MadeBy   string `json:"made_by"` // handoff: by that it knows the file for its own
	Version  int    `json:"version"` // 1
	Exit     int    `json:"exit"`    // the exit code: 0 pass, 1 regression, 2 could not measure, 3 inconclusive
	Headline string `json:"headline"`
	Void     bool   `json:"void"` // the canary moved

	Base    string `json:"base"`
	Head    string `json:"head"`
	Machine string `json:"machine"`
	Date    string `json:"date"`
	Command string `json:"command"`
	Samples string `json:"samples"`
	// What the machine does not tell of itself.
	Unavailable string `json:"unavailable"`

	Design       string   `json:"design"` // interleaved, plain or apart
	Alpha        float64  `json:"alpha"`
	Gate         string   `json:"gate"`
	Rounds       int      `json:"rounds"`
	RoundsWanted int      `json:"rounds_wanted"`
	Problems     []string `json:"problems"`
	Warnings     []string `json:"warnings"`

	// What only one side has, of which nothing is said.
	OnlyBase []DocumentLone `json:"only_base"`
	OnlyHead []DocumentLone `json:"only_head"`

	Rows   []DocumentRow `json:"rows"`
	Canary []DocumentRow `json:"canary"`
}

// DocumentLone is what one side has alone: a cell, with its package, or a metric of one.
type DocumentLone struct {
	Cell   string `json:"cell"`
	Metric string `json:"metric"` // "" for the whole cell
	Why    string `json:"why"`    // what the other side has in its place, where that is known
}

// DocumentRow is a row of a [Document]. Values are in the row's unit, and all else that
// is no count is a part: a change of 0.02 is 2 % more than base.
type DocumentRow struct {
	Cell    string `json:"cell"`
	Metric  string `json:"metric"`
	Class   Class  `json:"class"`
	Verdict string `json:"verdict"` // slower, faster, same, inconclusive, not comparable
	Gated   bool   `json:"gated"`
	Outcome string `json:"outcome"` // of the gate: passed, failed, undecided; "" if not gated

	Base   *float64 `json:"base"` // medians
	Head   *float64 `json:"head"`
	Change *float64 `json:"change"`
	Low    *float64 `json:"low"` // of the interval of change
	High   *float64 `json:"high"`

	P         float64 `json:"p"`
	AdjustedP float64 `json:"adjusted_p"`

	Pairs      int      `json:"pairs"`
	Pressed    int      `json:"pressed"`
	Kept       int      `json:"kept"`
	MoreRounds int      `json:"more_rounds"`
	Threshold  float64  `json:"threshold"`
	Tolerance  *float64 `json:"tolerance"` // growth below which the row passes the gate
	Limit      *float64 `json:"limit"`     // growth above which it fails: the tolerance, or the floor where that is larger
	Floor      *float64 `json:"floor"`
	Smallest   *float64 `json:"smallest"`
	Note       string   `json:"note"`
}

var designWords = map[Design]string{Interleaved: "interleaved", Plain: "plain", Apart: "apart"}

// Document returns the table as it is written to JSON.
func (t *Table) Document(about About) Document {
	return Document{
		MadeBy: "handoff", Version: 1, Exit: t.Exit(), Headline: t.Headline(), Void: t.Void,
		Base: about.Base, Head: about.Head, Machine: about.Machine, Date: about.Date, Command: about.Command, Samples: about.Samples, Unavailable: about.Unavailable,
		Design: designWords[t.Rules.Design], Alpha: t.Rules.alpha(), Gate: t.Rules.Gate.String(),
		Rounds: t.Rounds, RoundsWanted: t.RoundsWanted,
		Problems: append([]string{}, t.Problems...), Warnings: append([]string{}, t.Warnings...),
		OnlyBase: documentLones(t.Only[0]), OnlyHead: documentLones(t.Only[1]),
		Rows: documentRows(t.Rows), Canary: documentRows(t.Canary),
	}
}

// JSON returns the [Document], indented and with a newline at its end.
func (t *Table) JSON(about About) ([]byte, error) {
	text, err := json.MarshalIndent(t.Document(about), "", "  ")
	return append(text, '\n'), err
}

func documentLones(all []Lone) []DocumentLone {
	lones := make([]DocumentLone, len(all))
	for i, l := range all {
		lones[i] = DocumentLone{l.Cell, l.Metric, l.Why}
	}
	return lones
}

func documentRows(rows []Judged) []DocumentRow {
	all := make([]DocumentRow, len(rows))
	for i, j := range rows {
		all[i] = DocumentRow{
			Cell: j.Cell, Metric: j.Metric, Class: j.Class, Verdict: j.Verdict.String(), Gated: j.Gated, Outcome: j.Outcome.String(),
			Base: number(j.BaseValue), Head: number(j.HeadValue),
			Change: number(j.Ratio - 1), P: j.P, AdjustedP: j.AdjustedP,
			Pairs: j.Pairs, Pressed: j.Pressed, Kept: j.Kept, MoreRounds: j.MoreRounds,
			Threshold: j.Threshold, Smallest: number(j.Smallest), Note: j.Note,
		}
		if j.known() {
			all[i].Low, all[i].High = number(j.Low-1), number(j.High-1)
		}
		if j.Floored {
			all[i].Floor = number(j.Floor)
		}
		if j.Gated {
			all[i].Tolerance, all[i].Limit = number(j.Tolerance), number(j.Limit)
		}
	}
	return all
}

// number is nil for what JSON has no number for.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
