// SPDX-License-Identifier: Apache-2.0

// Talks to a witness, and judges what witnesses added to a checkpoint, with
// code of others: filippo.io/torchwood for cosignatures, golang.org/x/mod for
// notes and proofs.
package main

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
		os.Exit(1)
	}
}

// A log in memory.
type log struct {
	signer note.Signer
	hashes []tlog.Hash
	size   int64
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, l.hashes[i])
	}
	return out, nil
}

func (l *log) add(text string) {
	more, err := tlog.StoredHashes(l.size, []byte(text), l)
	must(err)
	l.hashes = append(l.hashes, more...)
	l.size++
}

func (l *log) checkpoint(size int64) []byte {
	root, err := tlog.TreeHash(size, l)
	must(err)
	text := torchwood.Checkpoint{Origin: l.signer.Name(), Tree: tlog.Tree{N: size, Hash: root}}.String()
	signed, err := note.Sign(&note.Note{Text: text}, l.signer)
	must(err)
	return signed
}

func (l *log) body(old, size int64) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", old)
	if old > 0 && old < size {
		proof, err := tlog.ProveTree(size, old, l)
		must(err)
		for _, hash := range proof {
			fmt.Fprintln(&b, hash)
		}
	}
	b.WriteByte('\n')
	b.Write(l.checkpoint(size))
	return b.Bytes()
}

func post(url string, body []byte) (int, string, string) {
	answer, err := http.Post(url+"/add-checkpoint", "text/plain", bytes.NewReader(body))
	must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(err)
	return answer.StatusCode, answer.Header.Get("Content-Type"), string(text)
}

func expect(what string, status, wanted int) {
	if status != wanted {
		must(fmt.Errorf("%s: %d, not %d", what, status, wanted))
	}
}

// cosigner is who verifies for the witness that has this key and verifier key.
func cosigner(path, vkey string) note.Verifier {
	text, err := os.ReadFile(path)
	must(err)
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	must(err)
	name, _, _ := strings.Cut(vkey, "+")
	signer, err := torchwood.NewCosignatureSigner(name, key.(crypto.Signer))
	must(err)
	if signer.Verifier().String() != vkey {
		must(errors.New("the verifier key is another: " + vkey))
	}
	return signer.Verifier()
}

// verify finds a cosignature of this witness on a note, and when it was made.
func verify(text []byte, verifier note.Verifier) time.Time {
	n, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	if _, err = torchwood.ParseCheckpoint(n.Text); err != nil {
		must(err)
	}
	at, err := torchwood.CosignatureTimestamp(n.Sigs[0])
	must(err)
	return time.Unix(at, 0)
}

// ask is a log, and its fork, that comes to the witness at a URL.
func ask(url, skey string, verifier note.Verifier) {
	signer, err := note.NewSigner(skey)
	must(err)
	good, fork := &log{signer: signer}, &log{signer: signer}
	for i := range 600 {
		good.add(strconv.Itoa(i))
		if i < 290 {
			fork.add(strconv.Itoa(i))
		} else {
			fork.add("another")
		}
	}
	last := int64(0)
	for _, size := range []int64{1, 2, 255, 256, 257, 300, 300} {
		status, _, line := post(url, good.body(last, size))
		expect(fmt.Sprintf("%d after %d", size, last), status, 200)
		at := verify(append(good.checkpoint(size), line...), verifier)
		if age := time.Since(at); age < -time.Minute || age > time.Minute {
			must(fmt.Errorf("cosigned %v ago", age))
		}
		last = size
	}
	status, kind, text := post(url, good.body(0, 500))
	expect("an old size of nothing", status, 409)
	if kind != "text/x.tlog.size" || text != "300\n" {
		must(fmt.Errorf("%s: %q", kind, text))
	}
	status, _, _ = post(url, good.body(256, 256))
	expect("a smaller log", status, 409)
	status, _, _ = post(url, fork.body(300, 600))
	expect("a fork", status, 422)
	status, _, _ = post(url, fork.body(300, 300))
	expect("two histories", status, 422)
	status, _, _ = post(url, bytes.Replace(good.body(300, 600), []byte("\n600\n"), []byte("\n601\n"), 1))
	expect("what is not signed", status, 403)
	status, _, line := post(url, good.body(300, 600))
	expect("the log again", status, 200)
	verify(append(good.checkpoint(600), line...), verifier)
	fmt.Println("the witness cosigned 8 checkpoints, and refused 5")
}

// judge opens a checkpoint under the key of its log and of a witness.
func judge(path, logKey string, witness note.Verifier) {
	text, err := os.ReadFile(path)
	must(err)
	verifier, err := note.NewVerifier(logKey)
	must(err)
	n, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	tree, err := torchwood.ParseCheckpoint(n.Text)
	must(err)
	if tree.Origin != verifier.Name() {
		must(errors.New("of another log"))
	}
	verify(text, witness)
	fmt.Printf("checkpoint of %d entries: signed, and cosigned by %s\n", tree.N, witness.Name())
}

func main() {
	switch strings.Join(os.Args[1:2], "") {
	case "key":
		skey, vkey, err := note.GenerateKey(rand.Reader, os.Args[2])
		must(err)
		fmt.Printf("%s\n%s\n", skey, vkey)
	case "ask":
		ask(os.Args[2], os.Args[3], cosigner(os.Args[4], os.Args[5]))
	case "judge":
		judge(os.Args[2], os.Args[3], cosigner(os.Args[4], os.Args[5]))
	default:
		must(errors.New("usage: key NAME | ask URL SKEY KEY VKEY | judge FILE LOGVKEY KEY VKEY"))
	}
}
