output "connection" {
  description = "The bridge, the phone number, and the provider configuration that connects them."
  value = {
    bridge_slug        = var.bridge_slug
    phone_number       = var.phone_number
    provider_config_id = data.unpod_telephony_provider_configuration.this.id
    provider_slug      = data.unpod_telephony_provider_configuration.this.provider_slug
    account_sid        = data.unpod_telephony_provider_configuration.this.account_sid
  }
}
