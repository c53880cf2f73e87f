// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"strings"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

func TestParseRequestTimeout(t *testing.T) {
	t.Parallel()
	const refused = `must be a positive duration such as "30s" or "1m30s"`
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1m30s": 90 * time.Second, "1ns": time.Nanosecond,
		"": 0, "30": 0, "0s": 0, "-1s": 0, "1 s": 0, "soon": 0,
	} {
		got, err := ParseRequestTimeout(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: got %s and error %v, want %s", text, got, err, want)
		}
		if want == 0 {
			wantErrorText(t, err, refused)
		}
	}
}

func TestParseMaxRetries(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"0": 0, "4": 4, "10": 10,
		"": -1, "-1": -1, "11": -1, "1.5": -1, "1e0": -1, "many": -1,
	} {
		got, err := ParseMaxRetries(text)
		if want < 0 {
			wantErrorText(t, err, "must be a whole number from 0 to 10")
		} else if err != nil || got != want {
			t.Errorf("%q: got %d and error %v, want %d", text, got, err, want)
		}
	}
}

func TestParseOrgHandle(t *testing.T) {
	t.Parallel()
	for _, handle := range []string{"unpod", "unpod.tv", "Token", "!~"} {
		if got, err := ParseOrgHandle(handle); err != nil || got != handle {
			t.Errorf("got %q and error %v, want %q", got, err, handle)
		}
	}
	for text, want := range map[string]string{
		"": emptyValue, "\t": notVisible, "un pod": notVisible, "Token unpod": notVisible, "unpod\r\nX-Evil: 0": notVisible,
		"un\x00pod": notVisible, "\x1b[31munpod": notVisible, `un"pod`: notVisible, "un'pod": notVisible,
		`un\pod`: notVisible, "\u00fcnpod": notVisible, "un\u200bpod": notVisible, "un\xffpod": notVisible, "un\x7fpod": notVisible,
	} {
		got, err := ParseOrgHandle(text)
		if got != "" {
			t.Errorf("%q: got %q, want an error", text, got)
		}
		wantErrorText(t, err, want)
	}
}

func TestParseCACert(t *testing.T) {
	t.Parallel()
	certificate, other := unpodtest.NewCertificate(t), unpodtest.NewCertificate(t)
	one, two := unpodtest.CertificatePEM(certificate), unpodtest.CertificatePEM(other)
	key := strings.ReplaceAll(one, "CERTIFICATE", "PRIVATE KEY") // As people paste by mistake.
	for name, test := range map[string]struct {
		text    string
		refused bool
	}{
		"one":                 {one, false},
		"several":             {one + two, false},
		"with comments":       {"# One\n" + one + "\nsubject=CN = two\n\n" + two + "the end", false},
		"CRLF":                {strings.ReplaceAll(one+two, "\n", "\r\n"), false},
		"written LF":          {strings.ReplaceAll(one+two, "\n", `\n`), false},
		"written CRLF":        {strings.ReplaceAll(one+two, "\n", `\r\n`), false},
		"both kinds of LF":    {strings.ReplaceAll(one, "\n", `\n`) + "\n", true},
		"written key":         {strings.ReplaceAll(key, "\n", `\n`), true},
		"empty":               {"", true},
		"garbage":             {"not a certificate\n", true},
		"truncated":           {one[:len(one)/2], true},
		"second truncated":    {one + two[:len(two)/2], true},
		"first truncated":     {one[:len(one)/2] + "\n" + two, true},
		"without a header":    {one[strings.Index(one, "\n")+1:], true},
		"private key":         {key, true},
		"certificate and key": {one + key, true},
		"not a certificate":   {"-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n", true},
		"another PEM type":    {strings.ReplaceAll(one, "CERTIFICATE", "CERTIFICATE REQUEST"), true},
		"garbled":             {strings.Replace(one, "M", "!", 1), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, err := ParseCACert(test.text)
			if test.refused {
				wantErrorText(t, err, "must contain only PEM-encoded certificates")
				return
			}
			if err != nil || pool == nil {
				t.Errorf("got pool %v and error %v, want a pool", pool, err)
			}
		})
	}
	for _, path := range []string{"/etc/ssl/certs/ca.pem", `C:\new\ca.pem`} {
		_, err := ParseCACert(path)
		wantErrorText(t, err, `must contain PEM-encoded certificates, not the path of a file. In a configuration, use file("ca.pem")`)
	}
}
