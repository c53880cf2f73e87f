// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSourceWithConfigure        = (*providerConfigurationDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*providerConfigurationDataSource)(nil)
)

// providerConfigurationDataSource is the data source
// unpod_telephony_provider_configuration.
type providerConfigurationDataSource struct {
	reader *reader
}

// providerConfigurationDataSourceModel is the data block's configuration.
type providerConfigurationDataSourceModel struct {
	ID           types.Int64  `tfsdk:"id"`
	ProviderSlug types.String `tfsdk:"provider_slug"`
	AccountSID   types.String `tfsdk:"account_sid"`
	CreatedAt    types.String `tfsdk:"created_at"`
}

// newProviderConfigurationDataSource returns the data source, not configured.
func newProviderConfigurationDataSource() datasource.DataSource {
	return &providerConfigurationDataSource{}
}

// Metadata names the data source.
func (d *providerConfigurationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_telephony_provider_configuration"
}

// Schema describes the data source.
func (d *providerConfigurationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	const condition = " Where it is set, the configuration must have exactly this value."
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up one telephony provider configuration of the organization, by its `id`, its provider, its account SID, or several of them. " +
			"All that are set must hold. It is an error where no configuration matches, or more than one.",
		Attributes: map[string]schema.Attribute{
			"id":            schema.Int64Attribute{Optional: true, Computed: true, MarkdownDescription: idDescription + condition},
			"provider_slug": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: providerDescription + condition + reservedDescription},
			"account_sid":   schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: accountSIDDescription + condition},
			"created_at":    schema.StringAttribute{Computed: true, MarkdownDescription: createdAtDescription},
		},
	}
}

// ConfigValidators asks for a condition: without one, an organization's only
// configuration would match until there is a second.
func (d *providerConfigurationDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.AtLeastOneOf(path.MatchRoot("id"), path.MatchRoot("provider_slug"), path.MatchRoot("account_sid")),
	}
}

// Configure takes over the provider's client.
func (d *providerConfigurationDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	reader, diags := newReader(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	d.reader = reader
}

// Read lists the organization's configurations and takes the one that the
// conditions ask for.
func (d *providerConfigurationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model providerConfigurationDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	configurations, diags := d.reader.providerConfigurations(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	wanted := conditions{id: model.ID, providerSlug: model.ProviderSlug, accountSID: model.AccountSID}
	matches := wanted.keep(configurations)
	switch len(matches) {
	case 0:
		resp.Diagnostics.Append(noMatchDiagnostic(wanted, configurations))
	case 1:
		resp.Diagnostics.Append(resp.State.Set(ctx, providerConfigurationState(matches[0]))...)
	default:
		resp.Diagnostics.Append(severalMatchesDiagnostic(wanted, matches))
	}
}
