output "provider_configuration_id" {
  description = "Id of the provider configuration that the bridge uses."
  value       = data.unpod_telephony_provider_configuration.this.id
}

output "request" {
  description = "The request that connects the provider to the bridge."
  value       = terraform_data.connection.input
}
