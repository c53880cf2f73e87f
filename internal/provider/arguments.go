// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// argument describes an argument of the provider block, with its environment
// variables and default.
type argument struct {
	name        string
	description string
	// variables are the environment variables to use if the block has no value,
	// in order of precedence.
	variables []string
	// fallback is the default. It is empty if there is none.
	fallback string
	// hint says what to set the first variable to, if reads fail without a value.
	hint string
	// harmless is set if Terraform may print an invalid value, or the line of the
	// provider block that has it. Of all others, it could be a secret.
	harmless bool
	// inBlock returns the value in the provider block.
	inBlock func(unpodProviderModel) attr.Value
	// apply checks a value and sets the option. It returns the value as messages
	// show it, or nothing if they must not. The checks are not schema validators,
	// because they also apply to environment variables. The error never contains
	// the value.
	apply func(*unpod.Options, string) (value string, err error)
}

// arguments lists the arguments of the provider block.
var arguments = []argument{
	{
		name: "api_token",
		description: "API token of an Unpod account. Required, here or in the environment. Create one in the Unpod dashboard under **API Keys**. " +
			"The provider sends it only to `base_url`, and does not log it or store it in state.",
		variables: []string{"UNPOD_API_TOKEN", "UNPOD_PLATFORM_TOKEN"},
		hint:      ". To create a token, open API Keys in the Unpod dashboard.",
		inBlock:   func(model unpodProviderModel) attr.Value { return model.APIToken },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.Token, err = unpod.ParseToken(text)
			return "", err
		},
	},
	{
		name: "org_handle",
		description: "Handle of the organization to read from, for example `acme`. Required, here or in the environment. " +
			"In Unpod's Studio View, click the settings icon, then **Copy Org Handle**. The Get All Organizations API returns it as `domain_handle`.",
		variables: []string{"UNPOD_ORG_HANDLE"},
		hint:      " to the organization's domain_handle.",
		inBlock:   func(model unpodProviderModel) attr.Value { return model.OrgHandle },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			if options.OrgHandle, err = unpod.ParseOrgHandle(text); unpod.LooksLikeToken(text) {
				return "", err
			}
			return options.OrgHandle, err
		},
	},
	{
		name: "base_url",
		description: "Address of the Unpod platform: an `https` or `http` URL, or a host name, which implies `https`. " +
			"If a self-hosted platform has a path prefix, include it. A trailing `/api/v2/platform`, the API's own path, makes no difference.",
		variables: []string{"UNPOD_PLATFORM_BASE_URL", "UNPOD_BASE_URL"},
		fallback:  "https://unpod.dev",
		inBlock:   func(model unpodProviderModel) attr.Value { return model.BaseURL },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			if options.BaseURL, err = unpod.ParseBaseURL(text); err != nil {
				return "", err
			}
			return strings.TrimSuffix(options.BaseURL.String(), "/"), nil
		},
	},
	{
		name:        "request_timeout",
		description: "Maximum duration of one attempt of a request, from connecting to the last byte of the response, for example `30s` or `1m30s`.",
		variables:   []string{"UNPOD_REQUEST_TIMEOUT"},
		fallback:    "30s",
		harmless:    true,
		inBlock:     func(model unpodProviderModel) attr.Value { return model.RequestTimeout },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.RequestTimeout, err = unpod.ParseRequestTimeout(text)
			return options.RequestTimeout.String(), err
		},
	},
	{
		name: "max_retries",
		description: fmt.Sprintf("Maximum number of retries of a request, 0 to %d. The provider retries if the platform is unreachable, too slow, "+
			"throttling (429) or failing (408, 500, 502, 503, 504), or if a response is cut off.", unpod.MaxRetriesLimit),
		variables: []string{"UNPOD_MAX_RETRIES"},
		fallback:  "4",
		harmless:  true,
		inBlock:   func(model unpodProviderModel) attr.Value { return model.MaxRetries },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.MaxRetries, err = unpod.ParseMaxRetries(text)
			return strconv.Itoa(options.MaxRetries), err
		},
	},
	{
		name: "ca_cert_pem",
		description: "PEM-encoded CA certificates to trust in addition to the system's, for a self-hosted platform or a proxy with a private CA. " +
			"For example, `file(\"ca.pem\")`. If a variable cannot have line breaks, write each as `\\n`.",
		variables: []string{"UNPOD_CA_CERT_PEM"},
		inBlock:   func(model unpodProviderModel) attr.Value { return model.CACertPEM },
		apply: func(options *unpod.Options, text string) (_ string, err error) {
			options.RootCAs, err = unpod.ParseCACert(text)
			return "", err
		},
	},
}

// describe returns the schema's description of an argument.
func describe(name string) string {
	a := argumentNamed(name)
	text := a.description + " Environment variable: `" + strings.Join(a.variables, "`, then `") + "`."
	if a.fallback != "" {
		text += " Default: `" + a.fallback + "`."
	}
	return text
}

// argumentNamed returns the argument with this name. It panics if there is none.
func argumentNamed(name string) argument {
	return arguments[slices.IndexFunc(arguments, func(a argument) bool { return a.name == name })]
}

// fromBlock is the source of a value that is set in the provider block.
const fromBlock = "from the provider block"

// lookUp returns the argument's value and its source. Blank variables are ignored.
func (a argument) lookUp(inBlock attr.Value, getenv func(string) string) (text, source string, found bool) {
	if !inBlock.IsNull() {
		switch value := inBlock.(type) {
		case types.String:
			return trim(value.ValueString()), fromBlock, true
		case types.Number:
			return value.ValueBigFloat().Text('g', -1), fromBlock, true
		}
	}
	for _, variable := range a.variables {
		if text := trim(getenv(variable)); text != "" {
			return text, "from " + variable, true
		}
	}
	return a.fallback, "the default", a.fallback != ""
}

// trim removes whitespace around a text, and byte order marks before it.
func trim(text string) string {
	return strings.TrimRightFunc(strings.TrimLeftFunc(text, func(r rune) bool { return r == '\ufeff' || unicode.IsSpace(r) }), unicode.IsSpace)
}

// settings holds the values of the arguments, and the problems with them.
type settings struct {
	options unpod.Options
	// used describes each argument's value and its source for messages.
	used map[string]string
	// unknown is set if a value is known only after apply.
	unknown bool
	// blockDiags are about the provider block. Terraform prints the lines that they
	// point to.
	blockDiags diag.Diagnostics
	// readDiags are what reads report: problems with variables, and with values in
	// the block that Terraform must not print.
	readDiags diag.Diagnostics
}

// resolve determines the value of each argument: the block's, else that of the
// first variable that is not empty, else the default. It never replaces an unknown
// value, because that could send one deployment's token to another.
func resolve(model unpodProviderModel, getenv func(string) string) settings {
	s := settings{used: map[string]string{}}
	for _, a := range arguments {
		s.resolve(a, a.inBlock(model), getenv)
	}
	if s.options.Token.Is(s.options.OrgHandle) {
		s.readDiags.AddError("Invalid org_handle", "org_handle and api_token have the same value, so at least one of them is wrong. "+
			"Set org_handle to the organization's domain_handle.")
	}
	s.checkVariables(getenv)
	return s
}

// checkVariables reports a token and an address from variables of different
// deployments, since one's token must not go to the other.
func (s *settings) checkVariables(getenv func(string) string) {
	other := trim(getenv("UNPOD_PLATFORM_TOKEN"))
	if other != "" && !s.options.Token.Is(other) &&
		strings.HasSuffix(s.used["api_token"], "(from UNPOD_API_TOKEN)") && strings.HasSuffix(s.used["base_url"], "(from UNPOD_PLATFORM_BASE_URL)") {
		s.readDiags.AddError("The API token may be for another platform", "api_token is from UNPOD_API_TOKEN and base_url from UNPOD_PLATFORM_BASE_URL, "+
			"but UNPOD_PLATFORM_TOKEN has another value. The provider does not send one platform's token to another.\n\n"+
			"Unset UNPOD_API_TOKEN to use the token in UNPOD_PLATFORM_TOKEN, or unset UNPOD_PLATFORM_TOKEN.")
	}
}

// resolve determines the value of one argument.
func (s *settings) resolve(a argument, inBlock attr.Value, getenv func(string) string) {
	if inBlock.IsUnknown() {
		s.unknown = true
		s.readDiags.Append(unknownDiagnostic(a))
		return
	}
	text, source, found := a.lookUp(inBlock, getenv)
	if !found {
		s.used[a.name] = a.name + " (not set)"
		if a.hint != "" {
			s.readDiags.AddError("The provider's "+a.name+" is missing", "Set the environment variable "+a.variables[0]+a.hint)
		}
		return
	}
	value, err := a.apply(&s.options, text)
	if err != nil {
		s.report(a, source, diag.NewErrorDiagnostic("Invalid "+a.name, fmt.Sprintf("%s (%s) %s.", a.name, source, err)))
		return
	}
	if value != "" {
		value = " " + strconv.Quote(value)
	}
	s.used[a.name] = fmt.Sprintf("%s%s (%s)", a.name, value, source)
	if a.name == "base_url" && s.options.BaseURL.Scheme == "http" && !unpod.IsLoopback(s.options.BaseURL) {
		s.report(a, source, diag.NewWarningDiagnostic("The API token is sent unencrypted",
			"Anyone on the network path to "+s.used[a.name]+" can read it. Use https:// instead."))
	}
}

// report adds a diagnostic to blockDiags if Terraform may print the argument, as it
// may if that is valid. All others are for readDiags.
func (s *settings) report(a argument, source string, d diag.Diagnostic) {
	if source == fromBlock && (a.harmless || d.Severity() == diag.SeverityWarning) {
		s.blockDiags.Append(diag.WithPath(path.Root(a.name), d))
	} else {
		s.readDiags.Append(d)
	}
}

func unknownDiagnostic(a argument) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The provider's "+a.name+" is not known yet", fmt.Sprintf(
		"The value of %[1]s is known only after apply. The provider does not use an environment variable or a default instead, "+
			"because that could send one deployment's token to another.\n\n"+
			"Set %[1]s to a value that is known during plan, such as an input variable. "+
			"Alternatively, first apply the resource that it depends on, with terraform apply -target=ADDRESS.", a.name))
}
