// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

func TestParseRequestTimeout(t *testing.T) {
	t.Parallel()
	const refused = `must be a positive duration such as "30s" or "1m30s"`
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1m30s": 90 * time.Second, " 1ns\n": time.Nanosecond,
		"": 0, "30": 0, "0s": 0, "-1s": 0, "1 s": 0, "soon": 0,
	} {
		got, err := ParseRequestTimeout(text)
		if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
		if want == 0 {
			wantErrorText(t, err, refused)
		}
	}
}

func TestParseMaxRetries(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"0": 0, "4\n": 4, "10": 10,
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
	for name, test := range map[string]struct{ text, want, wantErr string }{
		"unchanged":                {"unpod", "unpod", ""},
		"surrounding whitespace":   {" \tunpod.tv\r\n", "unpod.tv", ""},
		"the word Token":           {"Token", "Token", ""},
		"first and last character": {"!~", "!~", ""},
		"empty":                    {"", "", emptyValue},
		"only whitespace":          {" \n", "", emptyValue},
		"inner space":              {"un pod", "", notVisible},
		"Token prefix":             {"Token unpod", "", notVisible},
		"injected header":          {"unpod\r\nX-Evil: 0", "", notVisible},
		"newline":                  {"un\npod", "", notVisible},
		"zero byte":                {"un\x00pod", "", notVisible},
		"escape":                   {"\x1b[31munpod", "", notVisible},
		"quote":                    {`un"pod`, "", notVisible},
		"backslash":                {`un\pod`, "", notVisible},
		"non-ASCII letter":         {"ünpod", "", notVisible},
		"zero width space":         {"un\u200bpod", "", notVisible},
		"invalid UTF-8":            {"un\xffpod", "", notVisible},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseOrgHandle(test.text)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			wantErrorText(t, err, test.wantErr)
		})
	}
}

func TestParseCACert(t *testing.T) {
	t.Parallel()
	certificate, other := unpodtest.NewCertificate(t), unpodtest.NewCertificate(t)
	one, two, key := unpodtest.CertificatePEM(certificate), unpodtest.CertificatePEM(other), privateKeyPEM(t, certificate)
	for name, test := range map[string]struct {
		text    string
		refused bool
	}{
		"one":                 {one, false},
		"no final newline":    {strings.TrimSpace(one), false},
		"several":             {one + two, false},
		"duplicate":           {one + one, false},
		"with comments":       {"# One\n" + one + "\nsubject=CN = two\n\n" + two + "the end", false},
		"CRLF":                {strings.ReplaceAll(one+two, "\n", "\r\n"), false},
		"empty":               {"", true},
		"garbage":             {"not a certificate\n", true},
		"truncated":           {one[:len(one)/2], true},
		"second truncated":    {one + two[:len(two)/2], true},
		"first truncated":     {one[:len(one)/2] + "\n" + two, true},
		"without a header":    {one[strings.Index(one, "\n")+1:], true},
		"private key":         {key, true},
		"certificate and key": {one + key, true},
		"key and certificate": {key + one, true},
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
}

func TestParseCACert_rejectsPath(t *testing.T) {
	t.Parallel()
	_, err := ParseCACert("/etc/ssl/certs/ca.pem")
	wantErrorText(t, err, `must contain PEM-encoded certificates, not the path of a file. In a configuration, use file("ca.pem")`)
}

// privateKeyPEM returns a private key, which people paste instead of a
// certificate.
func privateKeyPEM(t *testing.T, certificate tls.Certificate) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
