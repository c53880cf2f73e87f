// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package provider implements the provider block and the data sources. It calls
// the API client and knows nothing about HTTP.
package provider

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// typeName is the prefix of every data source's name.
const typeName = "unpod"

var (
	_ provider.Provider                   = (*unpodProvider)(nil)
	_ provider.ProviderWithValidateConfig = (*unpodProvider)(nil)
)

// NewServer returns a function that creates a server for the provider. Configure
// reads the environment variables of the process.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return newServer(version, os.Getenv)
}

func newServer(version string, getenv func(string) string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		return server{providerserver.NewProtocol6(&unpodProvider{version: version, getenv: getenv})()}
	}
}

// unpodProvider implements the provider block.
type unpodProvider struct {
	version string
	// getenv is os.Getenv, except in parallel tests, which need different
	// variables.
	getenv func(string) string
}

// unpodProviderModel holds the values of the provider block.
type unpodProviderModel struct {
	APIToken       types.String `tfsdk:"api_token"`
	OrgHandle      types.String `tfsdk:"org_handle"`
	BaseURL        types.String `tfsdk:"base_url"`
	RequestTimeout types.String `tfsdk:"request_timeout"`
	MaxRetries     types.Number `tfsdk:"max_retries"`
	CACertPEM      types.String `tfsdk:"ca_cert_pem"`
}

// Metadata names the provider.
func (p *unpodProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = typeName
	resp.Version = p.version
}

// Schema describes the provider block. All arguments are optional, because each
// can be set with an environment variable instead.
func (p *unpodProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads from [Unpod](https://unpod.dev), an open-source platform for AI voice agents.",
		Attributes: map[string]schema.Attribute{
			"api_token":       schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: describe("api_token")},
			"org_handle":      schema.StringAttribute{Optional: true, MarkdownDescription: describe("org_handle")},
			"base_url":        schema.StringAttribute{Optional: true, MarkdownDescription: describe("base_url")},
			"request_timeout": schema.StringAttribute{Optional: true, MarkdownDescription: describe("request_timeout")},
			"max_retries":     schema.NumberAttribute{Optional: true, MarkdownDescription: describe("max_retries")},
			"ca_cert_pem":     schema.StringAttribute{Optional: true, MarkdownDescription: describe("ca_cert_pem")},
		},
	}
}

// ValidateConfig reports invalid values in the provider block. It ignores the
// environment variables.
func (p *unpodProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var model unpodProviderModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resolve(model, func(string) string { return "" }).blockDiags...)
	}
}

// Configure creates the client. It sends no request, and leaves problems outside
// the block to the reads, so that an unused provider reports nothing.
func (p *unpodProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model unpodProviderModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s := resolve(model, p.getenv)
	resp.Diagnostics.Append(s.blockDiags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if s.unknown && req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		return
	}
	data := &providerData{settings: s}
	if !s.readDiags.HasError() {
		s.options.UserAgent = userAgent(req.TerraformVersion, p.version, p.getenv("TF_APPEND_USER_AGENT"))
		s.options.Getenv = p.getenv
		data.client = unpod.New(s.options)
	}
	resp.DataSourceData = data
}

// userAgent returns the User-Agent header: Terraform, this provider, and the text
// that the user appends.
func userAgent(terraformVersion, version, appended string) string {
	text := "Terraform/" + terraformVersion + " (+https://www.terraform.io) terraform-provider-unpod/" + version
	appended = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsPrint(r) {
			return -1 // Not allowed in a header.
		}
		return r
	}, appended)
	return strings.TrimSpace(text + " " + strings.TrimSpace(appended))
}

// DataSources returns the provider's data sources.
func (p *unpodProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newTelephonyProviderConfigurationsDataSource,
		newTelephonyProviderConfigurationDataSource,
	}
}

// Resources returns none, because the provider is read-only.
func (p *unpodProvider) Resources(context.Context) []func() resource.Resource { return nil }

// providerData is passed from Configure to the data sources.
type providerData struct {
	// client is nil if settings.readDiags has an error.
	client   *unpod.Client
	settings settings
}

// configuredDataSource is the part of a data source that the provider's Configure prepares.
type configuredDataSource struct {
	// data is nil during validation, when nothing is configured yet.
	data *providerData
}

// Configure stores the data from the provider's Configure.
func (c *configuredDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	var ok bool
	if c.data, ok = req.ProviderData.(*providerData); !ok && req.ProviderData != nil {
		resp.Diagnostics.AddError("Unexpected provider data",
			fmt.Sprintf("A data source was configured with a %T. This is a bug in the provider. Please report it.", req.ProviderData))
	}
}

// read calls a method of the client that returns a list, and turns its error into
// a diagnostic.
func read[E any](ctx context.Context, data *providerData, method func(*unpod.Client, context.Context) ([]E, error)) ([]E, diag.Diagnostics) {
	if data == nil {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic("The provider is not configured",
			"A data source was read before the provider was configured. This is a bug in Terraform, or in the program that calls the provider.")}
	}
	diags := slices.Clip(data.settings.readDiags) // Appending must not change what reads share.
	if diags.HasError() {
		return nil, diags
	}
	elements, err := method(data.client, ctx)
	if err != nil {
		return nil, append(diags, callDiagnostic(err, data.settings))
	}
	return elements, diags
}
