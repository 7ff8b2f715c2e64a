// SPDX-License-Identifier: Apache-2.0

// Asks verifiers that others wrote what they say of a checkpoint, a receipt, two
// checkpoints, or a whole log. A line of standard input is a question in JSON,
// its answer a line: for each judge what it has against it, "" if nothing.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/mod/sumdb/note"
)

// question is one of: text alone, a checkpoint or a receipt; older and text,
// two checkpoints of the log in dir; dir, a log in the layout of tlog-tiles.
type question struct {
	Do    string `json:"do"`
	Key   string `json:"key"`
	Text  []byte `json:"text"`
	Older []byte `json:"older"`
	Dir   string `json:"dir"`
}

// leafOf is the record in what a receipt carries: its length, itself, and no
// openings of it.
func leafOf(extra []byte) ([]byte, error) {
	if len(extra) < 2 || len(extra) != 2+int(binary.BigEndian.Uint16(extra)) {
		return nil, errors.New("no record")
	}
	return extra[2:], nil
}

// log is what all judges know: the verifier key, and no more.
type log struct {
	vkey     string
	verifier note.Verifier
}

type judge struct {
	name string
	// What it cannot be asked is nil.
	checkpoint  func(log, []byte) error
	receipt     func(log, []byte) error
	consistency func(l log, dir string, older, newer []byte) error
	tiles       func(l log, dir string) error
}

var judges = []judge{
	{"x/mod", modCheckpoint, modReceipt, modConsistency, modTiles},
	{"torchwood", torchwoodCheckpoint, torchwoodReceipt, nil, torchwoodTiles},
	{"transparency-dev", devCheckpoint, devReceipt, devConsistency, devTiles},
	{"sigsum", sigsumCheckpoint, sigsumReceipt, sigsumConsistency, nil},
}

// ask lets one judge speak, if it can; what it panics at it refuses.
func ask(j judge, l log, q question) (says error, asked bool) {
	defer func() {
		if p := recover(); p != nil {
			says = fmt.Errorf("panic: %v", p)
		}
	}()
	switch {
	case q.Do == "checkpoint" && j.checkpoint != nil:
		return j.checkpoint(l, q.Text), true
	case q.Do == "receipt" && j.receipt != nil:
		return j.receipt(l, q.Text), true
	case q.Do == "consistency" && j.consistency != nil:
		return j.consistency(l, q.Dir, q.Older, q.Text), true
	case q.Do == "tiles" && j.tiles != nil:
		return j.tiles(l, q.Dir), true
	}
	return nil, false
}

func answer(q question) map[string]string {
	said := map[string]string{}
	l := log{vkey: q.Key}
	var err error
	if l.verifier, err = note.NewVerifier(q.Key); err != nil {
		fmt.Fprintln(os.Stderr, "judges: the key:", err)
		os.Exit(1)
	}
	for _, j := range judges {
		if says, asked := ask(j, l, q); says != nil {
			said[j.name] = strconv.Quote(says.Error())
		} else if asked {
			said[j.name] = ""
		}
	}
	return said
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var q question
		err := json.Unmarshal(lines.Bytes(), &q)
		if err == nil {
			err = out.Encode(answer(q))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "judges:", err)
			os.Exit(1)
		}
	}
}
